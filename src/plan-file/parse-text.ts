// From text to data. JSON is parsed as JSON where it is JSON; everything else is YAML 1.2 with the core schema, in which
// `no` is text, a date is text and 0777 is 777. Keys that come twice are refused in both: the first would be lost.
import path from 'node:path';
import { LineCounter } from 'yaml';
import { oneLine } from '../domain/one-line.js';
import { InvalidPlanError } from '../domain/parse-plan.js';
import { got, problem, type Problem } from '../domain/problem.js';
import { duplicateKeysInJson } from './duplicate-json.js';
import { parseYaml } from './parse-yaml.js';

/** After a few, the rest follow from the first. */
const MAX_REPORTED = 10;

/** Takes a problem of the text, at an offset in it if there is one. */
export type Report = (code: string, offset: number | undefined, message: string) => void;

export function parseText(text: string, file: string): unknown {
  const found: Problem[] = [];
  const lines = new LineCounter();
  const report: Report = (code, offset, message) => {
    const { line, col } = lines.linePos(offset ?? 0);
    const place = offset === undefined ? '' : `:${line}:${col}`;
    found.push(problem(code, [], `${path.normalize(file)}${place}: ${message}`));
  };
  const json = /^\s*[{[]/.test(text) ? parseJson(text, lines, report) : undefined;
  const value = json === undefined ? parseYaml(text, lines, report) : json.value;
  if (json === undefined && found.length === 0 && /\.json$/i.test(file)) {
    report('plan.syntax', undefined, `expected JSON, got something else: ${reasonOf(text)}`);
  }
  if (found.length > 0) throw new InvalidPlanError(found.slice(0, MAX_REPORTED));
  return value;
}

export const reportDuplicate = (key: string, offset: number, report: Report): void =>
  report('plan.duplicate-key', offset, `expected each key once, got ${got(key)} again`);

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

function reasonOf(text: string): string {
  try {
    JSON.parse(text);
    return 'YAML';
  } catch (error) {
    return oneLine(error instanceof Error ? error.message : String(error));
  }
}
