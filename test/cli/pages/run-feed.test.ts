import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { RunFeed, type RunReader } from '../../../src/cli/pages/run-feed.js';
import { updateFor } from '../../../src/cli/pages/update.js';
import type { RunPage } from '../../../src/cli/picture/html/run-page.js';
import type { TaskStatus } from '../../../src/domain/task-status.js';
import { task } from '../picture/samples.js';

const runPage = (statuses: Readonly<Record<string, TaskStatus>>, isOpen = true): RunPage => ({
  picture: {
    name: 'sample',
    status: isOpen ? 'running' : 'completed',
    run: { id: 'r-1', startedAt: 0, now: 1_000, isOpen },
    tasks: Object.entries(statuses).map(([id, status]) => task(id, [], { status })),
  },
  insides: new Map(),
  facts: new Map(),
  calls: [],
  critical: [],
});

/** A run whose state the test sets, and how often it was opened and read. */
function scriptedRun(first: RunPage) {
  const counts = { opened: 0, read: 0 };
  let page: RunPage | Error = first;
  let wake = (): void => undefined;
  const open = (signal: AbortSignal): RunReader => {
    counts.opened++;
    return {
      async read() {
        counts.read++;
        if (page instanceof Error) throw page;
        return page;
      },
      changed: () =>
        new Promise((resolve) => {
          wake = resolve;
          signal.addEventListener('abort', () => resolve());
        }),
    };
  };
  const set = async (next: RunPage | Error): Promise<void> => {
    page = next;
    wake();
    await turn();
    await turn();
  };
  return { counts, open, set };
}

describe('RunFeed', () => {
  it('feed: any number of browsers cost one reader', async () => {
    const run = scriptedRun(runPage({ a: 'running' }));
    const feed = new RunFeed(run.open, false);
    const leaving = Array.from({ length: 20 }, () => feed.watch());
    await Promise.all(leaving.map(() => feed.first()));
    await run.set(runPage({ a: 'succeeded' }));
    expect(run.counts).toEqual({ opened: 1, read: 2 });
    feed.close();
    for (const leave of leaving) leave();
  });

  it('feed: a run that has ended is not read again, and its last state is kept', async () => {
    const run = scriptedRun(runPage({ a: 'succeeded' }, false));
    const feed = new RunFeed(run.open, false);
    feed.watch();
    expect((await feed.first()).isOpen).toBe(false);
    feed.watch();
    await turn();
    expect(run.counts).toEqual({ opened: 1, read: 1 });
    expect(feed.current?.isOpen).toBe(false);
  });

  it('feed: a run that cannot be read at all is an error of the first state', async () => {
    const run = scriptedRun(runPage({}));
    const feed = new RunFeed(run.open, false);
    await run.set(new Error('there is no run r-1'));
    feed.watch();
    await expect(feed.first()).rejects.toThrow('there is no run r-1');
  });

  it('feed: trouble after the first state keeps that state, and is reported', async () => {
    const run = scriptedRun(runPage({ a: 'running' }));
    const feed = new RunFeed(run.open, false);
    feed.watch();
    await feed.first();
    await run.set(new Error('the server is away\nstack'));
    expect(feed.trouble).toBe('the server is away');
    expect(feed.current?.version).toBe(1);
    feed.close();
  });

  it('update: a browser gets what differs from what it has, and everything if it has nothing', async () => {
    const run = scriptedRun(runPage({ a: 'running', b: 'pending' }));
    const feed = new RunFeed(run.open, false);
    feed.watch();
    const before = await feed.first();
    await run.set(runPage({ a: 'succeeded', b: 'pending' }));
    const now = feed.current!;
    expect(updateFor(undefined, now)).toHaveProperty('markup');
    const update = updateFor(before, now) as { tasks: object; boxes: object };
    expect(Object.keys(update.tasks)).toEqual(['0']);
    expect(Object.keys(update.boxes)).toEqual(['0']);
    feed.close();
  });

  it('feed: a browser that has one of the last states gets what has changed since', async () => {
    const run = scriptedRun(runPage({ a: 'running', b: 'pending' }));
    const feed = new RunFeed(run.open, false);
    feed.watch();
    const { version } = await feed.first();
    for (const status of ['retrying', 'succeeded'] as const) await run.set(runPage({ a: status, b: 'pending' }));
    expect(updateFor(feed.stateOf(version), feed.current!)).not.toHaveProperty('markup');
    for (let more = 0; more < 5; more++) await run.set(runPage({ a: 'succeeded', b: 'running' }));
    expect(feed.stateOf(version)).toBeUndefined();
    feed.close();
  });

  it('update: of the timeline, a browser gets the rows that changed', async () => {
    const withTimes = (end: number | undefined): RunPage => ({
      ...runPage({ a: 'succeeded', b: 'running' }),
      facts: new Map([
        ['a', { startedAt: 0, endedAt: 100 }],
        ['b', { startedAt: 100, endedAt: end }],
      ]),
    });
    const run = scriptedRun(withTimes(undefined));
    const feed = new RunFeed(run.open, false);
    feed.watch();
    const before = await feed.first();
    await run.set(withTimes(900));
    expect(updateFor(before, feed.current!)).toMatchObject({ timeline: { span: 1_000, rows: [{ task: 1 }] } });
    feed.close();
  });

  it('update: other tasks, as after a re-planning, are drawn as a whole', async () => {
    const run = scriptedRun(runPage({ a: 'running' }));
    const feed = new RunFeed(run.open, false);
    feed.watch();
    const before = await feed.first();
    await run.set(runPage({ a: 'succeeded', c: 'running' }));
    expect(updateFor(before, feed.current!)).toHaveProperty('markup');
    feed.close();
  });
});
