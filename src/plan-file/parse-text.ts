// From text to data. JSON is parsed as JSON where it is JSON; everything else is YAML 1.2 with the core schema, in which
// `no` is text, a date is text and 0777 is 777. Keys that come twice are refused in both: the first would be lost.
import path from 'node:path';
import { LineCounter, parseDocument, type Document, type YAMLError } from 'yaml';
import { oneLine } from '../domain/one-line.js';
import { InvalidPlanError } from '../domain/parse-plan.js';
import { problem, type Problem } from '../domain/problem.js';
import { duplicateKeysInJson } from './duplicate-json.js';
import { problemKeys } from './yaml-keys.js';

/** After a few, the rest follow from the first. */
const MAX_REPORTED = 10;
/** Enough for anchors that people write, too few to blow a small file up. */
const MAX_ALIASES = 100;

export function parseText(text: string, file: string): unknown {
  const found: Problem[] = [];
  const lines = new LineCounter();
  const report = (code: string, offset: number | undefined, message: string, hint?: string) => {
    const { line, col } = lines.linePos(offset ?? 0);
    const place = offset === undefined ? '' : `:${line}:${col}`;
    found.push(problem(code, [], `${path.normalize(file)}${place}: ${message}`, hint));
  };
  const data = looksLikeJson(text) ? parseJson(text, lines, report) : undefined;
  const value = data === undefined && found.length === 0 ? parseYaml(text, file, lines, report) : data?.value;
  if (found.length > 0) throw new InvalidPlanError(found.slice(0, MAX_REPORTED));
  return value;
}

export type Report = (code: string, offset: number | undefined, message: string, hint?: string) => void;

const looksLikeJson = (text: string): boolean => /^\s*[{[]/.test(text);

/** Nothing where the text is no JSON: it may still be YAML, whose parser says best where it is broken. */
function parseJson(text: string, lines: LineCounter, report: Report): { value: unknown } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  lines.addNewLine(0);
  for (const { index } of text.matchAll(/\n/g)) lines.addNewLine(index + 1);
  for (const { key, offset } of duplicateKeysInJson(text)) reportDuplicate(key, offset, report);
  return { value };
}

function parseYaml(text: string, file: string, lines: LineCounter, report: Report): unknown {
  try {
    const document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      schema: 'core',
      // Its own check compares each key with each other.
      uniqueKeys: false,
    });
    for (const error of [...document.errors, ...document.warnings]) reportYaml(error, report);
    if (document.errors.length > 0) return undefined;
    if (isEmpty(document)) report('plan.syntax', undefined, 'expected a plan, got an empty file');
    if (/\.json$/i.test(file)) report('plan.syntax', undefined, `expected JSON, got something else: ${reasonOf(text)}`);
    for (const { key, offset } of problemKeys(document)) {
      if (key !== undefined) reportDuplicate(key, offset, report);
      else report('plan.syntax', offset, 'expected a plain key, got a list or an object');
    }
    return document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    if (error instanceof RangeError) report('plan.too-nested', undefined, 'expected fewer levels of nesting');
    else if (error instanceof ReferenceError) report('plan.syntax', undefined, aliasProblem(error));
    else throw error;
    return undefined;
  }
}

const reportDuplicate = (key: string, offset: number, report: Report): void =>
  report('plan.duplicate-key', offset, `expected each key once, got ${JSON.stringify(key)} again`);

const aliasProblem = ({ message }: ReferenceError): string =>
  message.startsWith('Excessive')
    ? `expected at most ${MAX_ALIASES} values from aliases, got more`
    : message.replace(/^./, (first) => first.toLowerCase());

function reportYaml({ code, message, pos }: YAMLError, report: Report): void {
  if (code === 'MULTIPLE_DOCS') report('plan.syntax', pos[0], 'expected one plan in a file, got several documents');
  else report('plan.syntax', pos[0], `expected YAML or JSON, got an error: ${oneLine(message)}`);
}

const isEmpty = ({ contents }: Document.Parsed): boolean =>
  contents === null || ('value' in contents && contents.value === null && contents.source === '');

function reasonOf(text: string): string {
  try {
    JSON.parse(text);
    return 'YAML';
  } catch (error) {
    return oneLine(error instanceof Error ? error.message : String(error));
  }
}
