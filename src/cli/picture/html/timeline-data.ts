// The rows of the timeline: one for each task that has begun, in the order in which they began, with a bar for each call.
import type { PageCall, RunPage } from './run-page.js';

/** A bar of milliseconds since the start of the run; without an end, it is in progress. */
export interface Bar {
  readonly from: number;
  readonly began?: number | undefined;
  readonly to?: number | undefined;
  readonly attempts: number;
  readonly look: string;
  readonly name: string;
}

/** Bars of a task beyond this number are joined if they overlap and look the same: more would not be distinguishable. */
const MANY_BARS = 60;

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
    const bars = (byTask.get(id) ?? whole).map(({ from, began, to, ...rest }): Bar => {
      const since = (time: number | undefined) => (time === undefined ? undefined : Math.max(0, time - start));
      return { ...rest, from: since(from)!, began: since(began), to: since(to) };
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
    open.set(bar.look, { ...bar, name: `${bar.name} and more` });
  }
  return [...done, ...open.values()].sort((a, b) => a.from - b.from);
}
