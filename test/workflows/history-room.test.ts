// Runs that would outgrow one history: what they leave behind, and how they end in time.
import { describe, expect, test } from 'vitest';
import { AgentError } from '../../src/activities/errors/agent-error.js';
import { Baton } from '../../src/client.js';
import { prepareRun } from '../../src/client/prepare-run.js';
import { MAX_STORED_VALUE_BYTES } from '../../src/domain/json/byte-size.js';
import type { Plan } from '../../src/domain/plan/plan.js';
import { historiesOf } from '../support/histories.js';
import { useDevServer } from '../support/temporal.js';

const temporal = useDevServer({ dynamicConfig: ['limit.historyCount.suggestContinueAsNew=60'] });

const refuses = () => Promise.reject(new AgentError('no', { retryable: false }));

describe.concurrent('a run whose state does not fit into one payload', () => {
  test('history room: outputs that nothing reads any more are left out, and the result says so', async ({ expect }) => {
    const count = 60;
    const link = (i: number) => (i === 0 ? 'start' : `{% $tasks.c${i - 1}.output %}`);
    const plan: Plan = {
      name: 'chain',
      tasks: Object.fromEntries(Array.from({ length: count }, (_, i) => [`c${i}`, { agent: 'grow', input: link(i) }])),
      output: '{% $tasks.c0.output & $substring($tasks.c59.output, 0, 3) %}',
    };
    const grow = (input: unknown) => `${Number(String(input).slice(0, 3)) + 1 || 100}${'x'.repeat(4000)}`;
    const { id, result } = await temporal.start(plan, { agents: { grow }, valueLimit: 60_000 });
    const { status, output, tasks } = await result();
    expect(status).toBe('completed');
    expect(output).toBe(`100${'x'.repeat(4000)}159`);
    const dropped = Object.keys(tasks).filter((task) => tasks[task]!.outputDropped === true);
    expect(dropped.length).toBeGreaterThan(20);
    expect(dropped).not.toContain('c0');
    expect(tasks[dropped[0]!]).toMatchObject({ output: null, omittedBytes: 4005 });
    expect(await historiesOf(temporal.env.client, id)).toBeGreaterThan(2);
  });

  test('history room: a run that undoes many items continues as new, although their outputs would not fit', async ({
    expect,
  }) => {
    const items = Array.from({ length: 120 }, (_, i) => i);
    const plan: Plan = {
      name: 'undoes',
      concurrency: 8,
      tasks: {
        each: { agent: 'big', forEach: { items }, compensate: { agent: 'undo', input: '{% $item %}' } },
        bad: { agent: 'bad', needs: ['each'] },
      },
    };
    const agents = { big: () => 'x'.repeat(500), undo: () => null, bad: refuses };
    const { id, calls, result } = await temporal.start(plan, { agents, valueLimit: 100_000 });
    const { status, debt, compensated } = await result();
    expect([status, debt, compensated]).toEqual(['failed', [], ['each']]);
    const undone = calls.filter(({ agent }) => agent === 'undo').map(({ input }) => input);
    expect(undone.toSorted((a, b) => Number(a) - Number(b))).toEqual(items);
    expect(await historiesOf(temporal.env.client, id)).toBeGreaterThan(2);
  });
});

describe('40 outputs of 1.5 MB at the same time', () => {
  const big = () => 'x'.repeat(1_500_000);
  const parallel = (plan: Partial<Plan>): Plan => ({
    name: 'parallel',
    tasks: Object.fromEntries(
      Array.from({ length: 40 }, (_, i) => [`t${i}`, { agent: 'big', compensate: { agent: 'undo' } }]),
    ),
    ...plan,
  });

  test('history room: the run completes if nothing reads the outputs', { timeout: 240_000 }, async ({ expect }) => {
    const { calls, result } = await temporal.start(parallel({}), { agents: { big, undo: () => null } });
    expect((await result()).status).toBe('completed');
    expect(calls).toHaveLength(40);
  });

  test(
    'history room: the run fails in time, with everything undone, if all outputs would have to be kept',
    { timeout: 240_000 },
    async ({ expect }) => {
      const output = Array.from({ length: 40 }, (_, i) => `{% $tasks.t${i}.output %}`);
      const { calls, run, result } = await temporal.start(parallel({ output }), { agents: { big, undo: () => null } });
      const { status, failure, debt, compensated } = await result();
      expect([status, failure?.type, debt]).toEqual(['failed', 'RunTooLarge', []]);
      expect((await run.describe()).status.name).toBe('FAILED');
      const done = calls.filter(({ agent }) => agent === 'big').map(({ task }) => task);
      expect(compensated.toSorted()).toEqual(done.toSorted());
    },
  );
});

test('startPrepared: a client without storage removes the limit of runs whose values are stored', async () => {
  const baton = Baton.fromClient(temporal.env.client, { taskQueue: 'without-workers' });
  const prepared = prepareRun(
    { name: 'p', tasks: { a: { agent: 'a' } } },
    {},
    {},
    { valueLimit: MAX_STORED_VALUE_BYTES },
  );
  const { run } = await baton.startPrepared(prepared);
  expect(await baton.startOf(run.id)).not.toHaveProperty('valueLimit');
});
