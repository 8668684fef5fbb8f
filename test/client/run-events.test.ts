// run.events(): what happens in a run, in order and each once, also for a reader that leaves and comes back.
import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/index.js';
import type { RunHandle } from '../../src/client/run-handle.js';
import { useDevServer, type TestRun } from '../support/temporal.js';

const server = useDevServer();
/** Its runs continue as new after every few events. */
const cut = useDevServer({ dynamicConfig: ['limit.historyCount.suggestContinueAsNew=25'] });

async function all(run: RunHandle, after?: string): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const event of run.events(after === undefined ? {} : { after })) events.push(event);
  return events;
}
const short = (event: RunEvent): string => ('task' in event ? `${event.task} ${event.type.slice(5)}` : event.type);
/** What is read is the same in every reading; times at which a reader has seen something are not. */
const facts = (events: readonly RunEvent[]) => events.map(({ cursor: _, at: __, ...event }) => event);

const plan = {
  name: 'trip',
  onFailure: 'compensate' as const,
  concurrency: 1,
  tasks: {
    flight: { agent: 'book', compensate: { agent: 'giveBack' } },
    seat: { agent: 'echo', when: '{% false %}', needs: ['flight'] },
    ask: { approve: { title: 'Go on?' }, needs: ['flight'] },
    paid: { event: 'paid', needs: ['ask'] },
    rest: { wait: '10ms', needs: ['paid'] },
    car: { agent: 'flaky', needs: ['rest'], retry: { attempts: 3, initial: '50ms', max: '50ms' } },
    later: { agent: 'echo', needs: ['car'] },
  },
};
const agents = {
  book: () => 'booked',
  giveBack: () => null,
  flaky: () => {
    throw new Error('no car is left');
  },
};

const start = (id: string): Promise<TestRun> => server.start(plan, { id, agents });
const EXPECTED = [
  'run.started',
  'flight started',
  'flight completed',
  'seat skipped',
  'ask started',
  'ask waiting',
  'ask completed',
  'paid started',
  'paid waiting',
  'paid completed',
  'rest started',
  'rest waiting',
  'rest completed',
  'car started',
  'car retried',
  'car retried',
  'car failed',
  'later skipped',
  'run.compensating',
  'flight compensating',
  'flight compensated',
  'run.ended',
];

describe('events of a run', () => {
  test('come in order, each once, and are the same after the run has ended', async () => {
    const { run } = await start('events');
    const live: RunEvent[] = [];
    for await (const event of run.events()) {
      live.push(event);
      if (event.type !== 'task.waiting') continue;
      if (event.for === 'person') await run.approve(event.task);
      if (event.for === 'event') await run.deliverEvent(event.event!);
    }
    expect(live.map(short)).toEqual(EXPECTED);
    expect(live.find(({ type }) => type === 'task.waiting')).toMatchObject({ for: 'person', title: 'Go on?' });
    expect(live.find(({ type }) => type === 'task.failed')).toMatchObject({
      attempts: 3,
      failure: { message: expect.stringContaining('no car is left') as unknown },
    });
    expect(live.at(-1)).toMatchObject({ status: 'failed', failure: { task: 'car' } });
    const later = await all(run);
    expect(later.map(short)).toEqual(EXPECTED);
  });

  test('continue after any cursor: a reader that leaves and comes back loses nothing and gets nothing twice', async () => {
    const { run } = await start('resumed');
    const pieces: RunEvent[] = [];
    let after: string | undefined;
    for (let isOver = false; !isOver;) {
      isOver = true;
      for await (const event of run.events(after === undefined ? {} : { after })) {
        pieces.push(event);
        after = event.cursor;
        if (event.type === 'task.waiting' && event.for === 'person') await run.approve(event.task);
        if (event.type === 'task.waiting' && event.for === 'event') await run.deliverEvent('paid');
        isOver = event.type === 'run.ended';
        break;
      }
    }
    expect(pieces.map(short)).toEqual(EXPECTED);
    expect(await all(run, after)).toEqual([]);
    const whole = await all(run);
    for (const [index, { cursor }] of whole.entries())
      expect(facts(await all(run, cursor))).toEqual(facts(whole.slice(index + 1)));
  });

  test('of a forEach with 1,000 items are about a hundred', async () => {
    const items = 1_000;
    const { run } = await server.start({
      name: 'many',
      tasks: { each: { agent: 'echo', forEach: { items: `{% [1..${items}] %}`, concurrency: 100 } } },
    });
    const events = await all(run);
    expect(events.length).toBeLessThan(150);
    expect(events.filter(({ type }) => type === 'task.progress').at(-1)).toMatchObject({ succeeded: items, items });
    expect(events.slice(-2).map(short)).toEqual(['each completed', 'run.ended']);
  });

  test('of a run that continued as new several times are those of all its executions, each once', async () => {
    const ids = Array.from({ length: 12 }, (_, n) => `t${n}`);
    const tasks = Object.fromEntries(ids.map((id, n) => [id, { agent: 'echo', needs: ids.slice(n - 1, n) }]));
    const { run, id, result } = await cut.start({ name: 'chain', tasks });
    const live = await all(run);
    await result();
    const { raw } = await cut.env.client.workflow.getHandle(id).describe();
    expect(raw.workflowExecutionInfo?.firstRunId).not.toBe(raw.workflowExecutionInfo?.execution?.runId);
    const expected = ['run.started', ...ids.flatMap((one) => [`${one} started`, `${one} completed`]), 'run.ended'];
    expect(live.map(short)).toEqual(expected);
    expect((await all(run, live[7]!.cursor)).map(short)).toEqual(expected.slice(8));
  });

  test('refuse a cursor that is none, and end with the reason of the signal', async () => {
    const { run } = await server.start({ name: 'waits', tasks: { a: { wait: '1h' } } });
    await expect(all(run, 'nonsense')).rejects.toThrow('after: expected the cursor of an event, got "nonsense"');
    const stop = new AbortController();
    const reading = (async () => {
      for await (const event of run.events({ signal: stop.signal }))
        if (event.type === 'task.waiting') stop.abort(new Error('enough'));
    })();
    await expect(reading).rejects.toThrow('enough');
    await run.cancel();
    expect((await all(run)).slice(-3).map(short)).toEqual(['run.cancelling', 'a cancelled', 'run.ended']);
  });
});
