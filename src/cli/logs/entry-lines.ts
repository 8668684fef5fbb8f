// Entries of a log for people: one line each, with the stack of an error below it.
import { visible, visibleLine } from '../../domain/text/visible.js';
import type { Colours } from '../terminal/io.js';
import { entryName, type LogEntry } from './entry.js';

/** Lines of a stack: more is in `--json`. */
const MAX_STACK_LINES = 40;

export function entryLines(entry: LogEntry, root: string, paint: Colours): string[] {
  const { kind, attempt, level, message = '', failure, stack, fields, worker } = entry;
  const place = paint.cyan(visibleLine(entryName(entry, root)));
  const head = `${paint.dim(clockTime(entry.time))} ${place}`;
  const number = `attempt ${attempt}`;
  if (kind === 'line') {
    const more = fields === undefined ? '' : ` ${paint.dim(visibleLine(JSON.stringify(fields)))}`;
    // Python indents what it prints of an error.
    const [first = '', ...rest] = message
      .trimEnd()
      .split(/\r?\n/)
      .map((line) => visible(line));
    const mark = attempt > 1 ? paint.dim(` #${attempt}`) : '';
    const text = level === 'error' ? paint.red(first) : level === 'warn' ? paint.yellow(first) : first;
    return [`${head}${mark} ${paint.dim('│')} ${text}${more}`, ...rest.map((line) => `    ${line}`)];
  }
  if (kind === 'started')
    return [`${head} ${paint.dim(`${number} started${worker ? ` on ${visibleLine(worker)}` : ''}`)}`];
  if (kind === 'succeeded') return [`${head} ${paint.green(`✓ ${number} succeeded`)}`];
  // Between two attempts, and before the first, the server knows no number.
  if (kind === 'cancelled' && worker === undefined) return [`${head} ${paint.yellow('was cancelled while it waited')}`];
  if (kind === 'cancelled') return [`${head} ${paint.yellow(`${number} was cancelled`)}`];
  const why = `✗ ${number} failed: ${visibleLine(failure ?? 'AgentFailed')}: ${visibleLine(message)}`;
  return [`${head} ${paint.red(why)}`, ...stackLines(stack).map((line) => `    ${line}`)];
}

function stackLines(stack = ''): string[] {
  const lines =
    stack.trimEnd() === ''
      ? []
      : stack
          .trimEnd()
          .split(/\r?\n/)
          .map((line) => visible(line));
  const left = lines.length - MAX_STACK_LINES;
  return left > 0 ? [...lines.slice(0, MAX_STACK_LINES), `… ${left} more lines; --json has all`] : lines;
}

const clockTime = (time: string): string => {
  const at = new Date(time);
  const two = (number: number): string => String(number).padStart(2, '0');
  const ms = String(at.getMilliseconds()).padStart(3, '0');
  return `${[at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':')}.${ms}`;
};
