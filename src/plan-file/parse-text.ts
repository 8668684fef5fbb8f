// From the text of a plan or a configuration to data. Text that is JSON is parsed as JSON, other text as YAML 1.2 with the core
// schema, in which `no` is text, a date is text and 0777 is 777. A duplicate key is an error in both: one value would be lost.
import { LineCounter } from 'yaml';
import { duplicateKeys } from '../domain/json/duplicate-keys.js';
import { changedNumbers } from '../domain/json/read-json.js';
import { oneLine } from '../domain/text/one-line.js';
import { InvalidPlanError } from '../domain/plan/parse.js';
import { problem, type Problem } from '../domain/problem.js';
import { parseYaml } from './parse-yaml.js';
import { reportBigNumber, reportDuplicate, type Report } from './report.js';

/**
 * In characters. The YAML parser takes about two microseconds for each, and longer if the YAML is broken. JSON of the largest plan
 * takes some milliseconds.
 */
const MAX_YAML = 512 * 1024;
/** After this many, the others tend to follow from the first. */
const MAX_REPORTED = 10;

export interface Source {
  /** The name of the file, for messages. */
  readonly file: string;
  readonly noun: 'plan' | 'configuration';
}

/** Throws InvalidPlanError. */
export function parseText(text: string, { file, noun }: Source): unknown {
  const found: Problem[] = [];
  const lines = new LineCounter();
  const report: Report = (code, offset, message, hint) => {
    const { line, col } = lines.linePos(offset ?? 0);
    const position = offset === undefined ? '' : `:${line}:${col}`;
    found.push(problem(code, [], `${file}${position}: ${message}`, hint));
  };
  const looksLikeJson = /^\s*[{[]/.test(text);
  const json = looksLikeJson ? parseJson(text, lines, report) : undefined;
  if (json === undefined && text.length > MAX_YAML) {
    report(
      'plan.too-large',
      undefined,
      `expected JSON, or at most ${MAX_YAML / 1024} KiB of YAML, got ${Math.ceil(text.length / 1024)} KiB that are not JSON`,
      looksLikeJson
        ? `as JSON it is broken: ${jsonErrorOf(text)}`
        : 'write it as JSON, which is read much faster, or move parts of it into sub-plans in files of their own',
    );
    throw new InvalidPlanError(found);
  }
  const value = json === undefined ? parseYaml(text, lines, { noun, report }) : json.value;
  if (json === undefined && found.length === 0 && noun === 'plan' && /\.json$/i.test(file)) {
    report('plan.syntax', undefined, `expected JSON, got something else: ${jsonErrorOf(text)}`);
  }
  if (found.length > 0) throw new InvalidPlanError(found.slice(0, MAX_REPORTED));
  return value;
}

/** `undefined` if the text is not JSON. It may still be YAML, whose parser gives the better error. */
function parseJson(text: string, lines: LineCounter, report: Report): { value: unknown } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  lines.addNewLine(0);
  for (const { index } of text.matchAll(/\n/g)) lines.addNewLine(index + 1);
  for (const { key, offset } of duplicateKeys(text)) reportDuplicate(key, offset, report);
  for (const { source, start } of changedNumbers(text)) reportBigNumber(source, start, report);
  return { value };
}

function jsonErrorOf(text: string): string {
  try {
    JSON.parse(text);
    return 'YAML';
  } catch (error) {
    return oneLine(error instanceof Error ? error.message : String(error));
  }
}
