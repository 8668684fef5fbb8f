// Where a text stops being JSON: the beginning of a long text, which messages show, looks right.
import { withoutMark } from './read-json.js';
import { JsonScanner } from './scanner.js';

/** ` (line 3, column 5)`, or empty if the place is not known, or if already the first character is seen to be wrong. */
export function syntaxPlace(text: string): string {
  const json = withoutMark(text);
  const scanner = new JsonScanner(json);
  const scanned = scanner.scan(0);
  const at = 'end' in scanned ? scanner.skipSpace(scanned.end) : scanned.broken;
  if (at >= json.length) return 'end' in scanned ? '' : ' (it ends too early)';
  if (json.slice(0, at).trim() === '' && /[!-~]/.test(json[at]!)) return '';
  const before = json.slice(0, at).split('\n');
  return ` (line ${before.length}, column ${before.at(-1)!.length + 1})`;
}
