// The rows of the timeline: one for each task that has begun, in the order in which they began, with a bar for each call.
import { defined } from '../../../domain/json/defined.js';
import type { PageAttempt, PageCall, RunPage } from './run-page.js';

/** A bar of milliseconds since the start of the run; without an end, it is in progress. */
export interface Bar {
  readonly from: number;
  readonly began?: number | undefined;
  readonly to?: number | undefined;
  readonly attempts: number;
  readonly look: string;
  readonly name: string;
  readonly item?: number | undefined;
  /** The attempts before the last one. */
  readonly earlier?: readonly PageAttempt[];
  /** The number of attempts before those, whose times are not known; and why the last of them failed. */
  readonly unknown?: number;
  readonly lastFailure?: string;
}

/** Bars of a task beyond this number are joined if they overlap and look the same: more would not be distinguishable. */
export const MANY_BARS = 60;

export function timelineData({ picture, calls, facts }: RunPage) {
  const start = picture.run?.startedAt;
  if (start === undefined) return { span: 0, rows: [] };
  const byTask = new Map<string, PageCall[]>();
  for (const call of calls) {
    const own = byTask.get(call.task);
    if (own === undefined) byTask.set(call.task, [call]);
    else own.push(call);
  }
  const rows = picture.tasks.flatMap(({ id, status = 'pending', waits }, task) => {
    const { startedAt, endedAt } = facts.get(id) ?? {};
    const look = waits === undefined ? status : 'waiting';
    const whole: PageCall[] =
      startedAt === undefined
        ? []
        : [{ name: id, task: id, from: startedAt, began: startedAt, to: endedAt, attempts: 1, look }];
    const bars = (byTask.get(id) ?? whole).map(({ task: _, from, began, to, earlier = [], ...rest }): Bar => {
      const since = (time: number) => Math.max(0, time - start);
      return {
        ...rest,
        from: since(from),
        ...defined({ began: began && since(began), to: to && since(to) }),
        ...(earlier.length === 0
          ? {}
          : { earlier: earlier.map((one) => ({ ...one, from: since(one.from), to: since(one.to) })) }),
      };
    });
    return bars.length === 0 ? [] : [{ task, bars: bars.length > MANY_BARS ? joined(bars) : bars }];
  });
  const firstOf = ({ bars }: { readonly bars: readonly Bar[] }): number => bars[0]?.from ?? 0;
  return { span: (picture.run?.now ?? start) - start, rows: rows.sort((a, b) => firstOf(a) - firstOf(b)) };
}

function joined(bars: readonly Bar[]): Bar[] {
  const open = new Map<string, Bar>();
  const done: Bar[] = [];
  for (const bar of [...bars].sort((a, b) => a.from - b.from)) {
    const last = open.get(bar.look);
    if (last !== undefined && (last.to === undefined || bar.from <= last.to)) {
      const to = last.to === undefined || bar.to === undefined ? undefined : Math.max(last.to, bar.to);
      open.set(bar.look, { ...last, to, attempts: Math.max(last.attempts, bar.attempts) });
      continue;
    }
    if (last !== undefined) done.push(last);
    const { from, to, look, attempts } = bar;
    open.set(look, { from, began: bar.began, to, look, attempts, name: `${bar.name} and more` });
  }
  return [...done, ...open.values()].sort((a, b) => a.from - b.from);
}
