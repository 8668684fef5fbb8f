// The names of calls. They are part of histories (ids of activities and of sub-runs, idempotency keys, keys of the budget), so
// this format never changes:
//   scan                   the call of a task
//   scan~1                 the call of a task that the first re-planning added
//   analyze[7]             the call of an item of a forEach, counted from 0
//   analyze[7]:fallback:2  one of several calls for a task or an item

export interface CallName {
  readonly task: string;
  /** Which re-planning added the task; absent if the run began with it. */
  readonly replan?: number;
  readonly index?: number;
  /** `fallback`, `fallback:2`, `race:AGENT`, `vote:AGENT`, `hedge:1`, `compensate`, `plan`, … */
  readonly suffix?: string;
}

const CALL_NAME = /^(\w+)(?:~(\d+))?(?:\[(\d+)\])?(?::(.+))?$/s;

/** `scan`, `scan~1`. */
export const replannedName = (task: string, replan: number | undefined): string =>
  replan === undefined ? task : `${task}~${replan}`;

/** `scan`, `analyze[7]`. */
export const itemName = (task: string, index: number | undefined): string =>
  index === undefined ? task : `${task}[${index}]`;

/** `scan`, `analyze[7]:fallback`. */
export const suffixedName = (name: string, suffix: string | undefined): string =>
  suffix === undefined ? name : `${name}:${suffix}`;

/** The key under which the budget holds a fallback of `scan` or `analyze[7]`. */
export const fallbackKey = (name: string): string => suffixedName(name, 'fallback');

/** `undefined` if the text is not the name of a call. */
export function parseCallName(text: string): CallName | undefined {
  const [, task, replan, index, suffix] = CALL_NAME.exec(text) ?? [];
  if (task === undefined) return undefined;
  return {
    task,
    ...(replan === undefined ? {} : { replan: Number(replan) }),
    ...(index === undefined ? {} : { index: Number(index) }),
    ...(suffix === undefined ? {} : { suffix }),
  };
}

/** The task of a name such as `analyze[7]`; the text itself if it is not the name of a call. */
export const taskInName = (text: string): string => parseCallName(text)?.task ?? text;
