// Reads JSON as it was written. JSON.parse changes numbers that JavaScript cannot hold, and reports nothing: the 64-bit integer
// 9007199254740993 becomes 9007199254740992, 1e400 becomes Infinity and 1e-400 becomes 0. Here such numbers are refused, or kept as
// text. Digits after the point are rounded to the nearest number, as everywhere in JSON.
import { formatPath, type Path } from '../problem.js';
import { truncateMiddle } from '../text/truncate.js';

/** `text`: a number that JavaScript cannot hold becomes a string of its digits. */
export type BigNumbers = 'refuse' | 'text';

export interface NumberToken {
  readonly source: string;
  /** Its position in the text. */
  readonly start: number;
}

/** Valid JSON with a number that would be changed. The message says which number, where it is, and how to send it. */
export class BigNumberError extends Error {
  override readonly name = 'BigNumberError';
}

/** Throws a SyntaxError if the text is not JSON, and a BigNumberError. A byte order mark at the start is skipped. */
export function readJson(text: string, bigNumbers: BigNumbers = 'refuse'): unknown {
  const json = withoutMark(text);
  const value: unknown = JSON.parse(json);
  const [first, ...more] = changedNumbers(json);
  if (first === undefined) return value;
  if (bigNumbers === 'refuse') throw new BigNumberError(bigNumberProblem(first.source, pathAt(json, first.start)));
  return JSON.parse(withTexts(json, [first, ...more]));
}

/** The text without the byte order mark that some programs write at its start. */
export const withoutMark = (text: string): string => (text.startsWith('\uFEFF') ? text.slice(1) : text);

/** What is wrong with a number that JavaScript cannot hold. */
export const bigNumberProblem = (source: string, path: Path = []): string => {
  // The beginning of a longer one could be that of a secret, which is found only as a whole.
  const number = source.length > SHOWN ? `one of ${source.length} characters` : source;
  const place = path.length === 0 ? '' : `${truncateMiddle(formatPath(path), SHOWN_OF_PATH)}: `;
  return `${place}expected a number that JavaScript can hold without changing it, got ${number}; send it as text, in quotes`;
};

const SHOWN = 40;
const SHOWN_OF_PATH = 200;

/** True if JavaScript reads the number and writes it again with the same digits, apart from those after the point. */
export function isHeld(source: string): boolean {
  const value = Number(source);
  if (!Number.isFinite(value)) return false;
  if (value === 0) return !/^[^e]*[1-9]/i.test(source);
  return Math.abs(value) <= Number.MAX_SAFE_INTEGER || digitsOf(source) === digitsOf(String(value));
}

/** The significant digits: without sign, point, exponent, and the zeros at both ends. */
function digitsOf(number: string): string {
  const [mantissa = ''] = number.toLowerCase().split('e');
  const digits = mantissa.replace(/[-+.]/g, '');
  let [start, end] = [0, digits.length];
  while (digits[start] === '0') start++;
  while (end > start && digits[end - 1] === '0') end--;
  return digits.slice(start, end);
}

/** Only a number with many digits or an exponent can be changed: most texts have none, and are not searched. */
export const MAY_CHANGE = /\d{16}|\d[eE]/;

/** The numbers of valid JSON that JavaScript would change, in the order of the text. */
export function changedNumbers(json: string): readonly NumberToken[] {
  return MAY_CHANGE.test(json) ? [...numbersIn(json)].filter(({ source }) => !isHeld(source)) : [];
}

/** The numbers of valid JSON. No regular expression runs over strings: V8 has no room for one over a string of many megabytes. */
function* numbersIn(json: string): Generator<NumberToken> {
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) at = endOfString(json, at);
    else if (code === MINUS || isDigit(code)) {
      let end = at + 1;
      while (end < json.length && NUMBER.includes(json[end]!)) end++;
      yield { source: json.slice(at, end), start: at };
      at = end - 1;
    }
  }
}

/** The path of the value that begins at `position` of valid JSON. */
function pathAt(json: string, position: number): Path {
  const open: (string | number)[] = [];
  let text = 0;
  for (let at = 0; at < position; at++) {
    const char = json[at];
    if (char === '"') at = endOfString(json, (text = at));
    else if (char === '{') open.push('');
    else if (char === '[') open.push(0);
    else if (char === '}' || char === ']') open.pop();
    else if (char === ':') open[open.length - 1] = JSON.parse(json.slice(text, endOfString(json, text) + 1)) as string;
    else if (char === ',' && typeof open.at(-1) === 'number') open.push((open.pop() as number) + 1);
  }
  return open;
}

function withTexts(json: string, numbers: readonly NumberToken[]): string {
  let [made, done] = ['', 0];
  for (const { source, start } of numbers) {
    made += `${json.slice(done, start)}"${source}"`;
    done = start + source.length;
  }
  return made + json.slice(done);
}

/** The position of the quote that ends the string that begins at `start`. */
function endOfString(json: string, start: number): number {
  let at = start + 1;
  while (json.charCodeAt(at) !== QUOTE) at += json.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const NUMBER = '0123456789.eE+-';

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;
