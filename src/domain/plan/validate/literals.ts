// Checks literal values, which no expression computes: a value that would fail in every run is a problem of the plan.
import { MAX_DURATION_MS, parseDuration } from '../../duration.js';
import { expressionSource } from '../../expression/expression.js';
import { fallbackPath } from '../needs.js';
import { fallbacksOf } from '../../call/options.js';
import { DEFAULT_MAX_ITEMS, MAX_EVENT_NAME, type Defaults } from '../plan.js';
import { isCalendarDay, NO_SUCH_DAY } from '../../calendar-day.js';
import { shown, type Path } from '../../problem.js';
import type { Retry } from '../../call/retry.js';
import { parseTime, readTime } from '../wait-until.js';
import type { Context } from './context.js';
import { FORMS } from './vocabulary.js';
import type { ReadPlan, ReadTask } from './read-leniently.js';

const isLiteral = (value: unknown): value is string =>
  typeof value === 'string' && expressionSource(value) === undefined;

export function checkLiterals({ path, task }: ReadTask, context: Context): void {
  const { when, forEach, wait, event } = task;
  if (isLiteral(when)) {
    const message = `${FORMS.get('when')!}, got ${shown(when)}`;
    context.report('plan.bad-value', [...path, 'when'], message, `did you mean ${shown(`{% ${when.trim()} %}`)}?`);
  }
  if (isLiteral(forEach?.items)) {
    const message = `${FORMS.get('items')!}, got ${shown(forEach.items)}`;
    context.report('plan.bad-value', [...path, 'forEach', 'items'], message);
  }
  const maxItems = forEach?.maxItems ?? DEFAULT_MAX_ITEMS;
  if (Array.isArray(forEach?.items) && forEach.items.length > maxItems) {
    const message = `expected at most ${maxItems} items, got ${forEach.items.length}`;
    context.report('plan.out-of-range', [...path, 'forEach', 'items'], message, 'raise maxItems');
  }
  if (typeof wait === 'string') checkWait(wait, true, true, [...path, 'wait'], context);
  else if (wait !== undefined && 'for' in wait) checkWait(wait.for, true, false, [...path, 'wait', 'for'], context);
  else if (wait !== undefined) checkWait(wait.until, false, true, [...path, 'wait', 'until'], context);
  if (typeof event === 'string') checkEventName(event, [...path, 'event'], context);
  else if (event !== undefined) checkEventName(event.name, [...path, 'event', 'name'], context);
  checkSettings(task, path, context);
  checkOrder(task.idle, task.timeout, 'idle', [...path, 'timeout'], context);
  fallbacksOf(task).forEach(({ retry }, i) => checkRetry(retry, [...path, ...fallbackPath(task, i), 'retry'], context));
  checkOrder(task.hedge?.after, task.deadline, 'hedge.after', [...path, 'deadline'], context);
  checkRetry(task.compensate?.retry, [...path, 'compensate', 'retry'], context);
}

export function checkDefaults({ path, head }: ReadPlan, context: Context): void {
  if (head.defaults !== undefined) checkSettings(head.defaults, [...path, 'defaults'], context);
}

function checkWait(text: string, mayBeFor: boolean, mayBeUntil: boolean, path: Path, context: Context): void {
  if (!isLiteral(text)) return;
  const ms = mayBeFor ? parseDuration(text) : undefined;
  if (ms !== undefined && ms > 0 && ms <= MAX_DURATION_MS) return;
  if (mayBeUntil && (context.isNew ? parseTime(text) : readTime(text)) !== undefined) return;
  const forms = [
    ...(mayBeFor ? ['a duration such as "30s"'] : []),
    ...(mayBeUntil ? ['an ISO 8601 time such as "2030-01-31T09:00:00Z"'] : []),
  ];
  const message = `expected ${forms.join(' or ')}, or an expression, got ${shown(text)}`;
  context.report('plan.bad-wait', path, message, isCalendarDay(text) ? undefined : NO_SUCH_DAY);
}

/** An event with a longer name cannot be sent. */
function checkEventName(name: string, path: Path, context: Context): void {
  if (!isLiteral(name) || name.length <= MAX_EVENT_NAME) return;
  context.report('plan.out-of-range', path, `expected at most ${MAX_EVENT_NAME} characters, got ${name.length}`);
}

type Settings = Pick<Defaults, 'timeout' | 'deadline' | 'retry'>;

/** Compares only settings of the same object: a default may be longer than the setting of one task. */
function checkSettings({ timeout, deadline, retry }: Settings, path: Path, context: Context): void {
  checkOrder(timeout, deadline, 'timeout', [...path, 'deadline'], context);
  checkRetry(retry, [...path, 'retry'], context);
}

function checkRetry(retry: Retry | undefined, path: Path, context: Context): void {
  checkOrder(retry?.initial, retry?.max, 'initial', [...path, 'max'], context);
}

function checkOrder(
  less: string | undefined,
  more: string | undefined,
  lessKey: string,
  path: Path,
  context: Context,
): void {
  if (less === undefined || more === undefined) return;
  const [lessMs, moreMs] = [parseDuration(less), parseDuration(more)];
  if (lessMs === undefined || moreMs === undefined || lessMs <= moreMs) return;
  const message = `${String(path.at(-1))} must not be shorter than ${lessKey}: got ${shown(more)} and ${shown(less)}`;
  context.report('plan.out-of-range', path, message);
}
