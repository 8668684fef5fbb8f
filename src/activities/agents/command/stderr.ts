// What a failure shows of the stderr of a program: the line that states the error, and the last lines as the cause.
import { truncateEnd } from '../../../domain/text/truncate.js';
import { tailOf } from '../../../domain/text/well-formed.js';

/** Characters that a failure carries of the end of stderr. */
const MAX_CAUSE = 4096;

/** Characters that a message shows of the line that states the error. */
const MAX_LINE = 500;

/** Lines that note progress say nothing about an error. */
const PROGRESS = /^::progress .*$/;

/** Node.js ends the report of an uncaught error with its version. */
const NODE_VERSION = /^Node\.js v\d/;

/** A line of the stack that Node.js and Java print below an error: `    at main (app.js:3:9)`, `    ... 5 more`. */
const FRAME = /^\s+(?:at |\.\.\. \d+ more$)/;

/** The fields of an error, which Node.js prints below its stack: `  code: 'E_BAD'`, and the brace at their end. */
const FIELD = /^(?:\s+\S|\})/;

/**
 * The line that states the error: the last line, or the line above a stack if stderr ends with one. Python prints its error as the
 * last line, below the traceback. Empty if stderr is blank.
 */
export function errorLineOf(stderr: string): string {
  const lines = linesOf(stderr).filter((line) => line.trim() !== '' && !NODE_VERSION.test(line));
  const lastFrame = lines.findLastIndex((line) => FRAME.test(line));
  const endsWithStack = lastFrame > 0 && lines.slice(lastFrame + 1).every((line) => FIELD.test(line));
  const above = endsWithStack ? lines.slice(0, lastFrame).findLast((line) => !FRAME.test(line)) : lines.at(-1);
  return truncateEnd((above ?? lines.at(-1) ?? '').trim(), MAX_LINE);
}

/** The end of stderr as the cause of a failure: it is shown with the failure, and never thrown itself. */
export function stderrCause(stderr: string): { cause?: Error } {
  const text = linesOf(stderr).join('\n').trimEnd();
  if (text.trim() === '') return {};
  const cause = new Error(tailOf(text, MAX_CAUSE));
  cause.name = 'Stderr';
  return { cause };
}

const linesOf = (stderr: string): string[] => stderr.split(/\r?\n/).filter((line) => !PROGRESS.test(line));
