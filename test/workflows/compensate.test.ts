// Debt that is tried again when a run has ended.
import { describe, expect, test } from 'vitest';
import { AgentError } from '../../src/activities/errors/agent-error.js';
import { Baton } from '../../src/client.js';
import type { Plan, Task } from '../../src/domain/plan/plan.js';
import { RunResult } from '../../src/domain/run/result.js';
import { gate } from '../support/gate.js';
import { useDevServer, type TestAgents, type TestRun } from '../support/temporal.js';

const temporal = useDevServer();
const baton = () => Baton.fromClient(temporal.env.client);

/** An agent that undoes nothing until it is mended; tells how often it was asked for what. */
function breakable() {
  const state = { isMended: false };
  const broken = () => (state.isMended ? null : Promise.reject(new AgentError('no', { retryable: false })));
  const refuses = () => Promise.reject(new AgentError('no', { retryable: false }));
  const agents: TestAgents = { undo: () => null, broken, no: refuses };
  return { agents, mend: () => (state.isMended = true) };
}

const done = (...needs: string[]): Task => ({
  agent: 'echo',
  input: { of: 'x' },
  compensate: { agent: 'undo' },
  needs,
});
const stuck = (...needs: string[]): Task => ({
  agent: 'echo',
  input: 'out',
  compensate: { agent: 'broken', input: '{% [$input.n, $output] %}' },
  needs,
});
const no = (...needs: string[]): Task => ({ agent: 'no', needs });

const undoings = ({ calls }: TestRun): string[] =>
  calls.filter(({ key }) => key.endsWith(':compensate')).map(({ key }) => key.slice(key.indexOf('/') + 1));

const simple: Plan = { name: 'simple', tasks: { a: done(), b: stuck('a'), c: done('b'), bad: no('c') } };

test('compensate retries the debt of a run with the same keys, and nothing else', async () => {
  const { agents, mend } = breakable();
  const run = await temporal.start(simple, { agents, input: { n: 7 } });
  expect((await run.result()).debt).toEqual(['b']);
  mend();
  const before = run.calls.length;
  const again = await baton().compensate(run.id);
  expect(again.id).toBe(`${run.id}:compensate-1`);
  const result = RunResult.parse(await again.result());
  expect(result).toMatchObject({
    runId: again.id,
    status: 'completed',
    failure: null,
    compensated: ['b'],
    debt: [],
    compensates: run.id,
    usage: { calls: 1 },
  });
  expect(run.calls.slice(before)).toMatchObject([
    { agent: 'broken', task: 'b', key: `${run.id}/b:compensate`, input: [7, 'out'] },
  ]);
  expect(await baton().compensationsOf(run.id)).toEqual([again.id]);
  expect((await run.result()).debt).toEqual(['b']);
});

test('compensate leaves the rest as debt of the new run, and may be repeated until none is left', async () => {
  const { agents, mend } = breakable();
  const run = await temporal.start(simple, { agents });
  await run.result();
  const first = await (await baton().compensate(run.id)).result();
  expect(first).toMatchObject({ status: 'failed', debt: ['b'], compensated: [], failure: { type: 'DebtLeft' } });
  mend();
  const second = await baton().compensate(run.id);
  expect(second.id).toBe(`${run.id}:compensate-2`);
  expect(await second.result()).toMatchObject({ status: 'completed', debt: [], compensated: ['b'] });
  await expect(baton().compensate(run.id)).rejects.toThrow(`has no debt left: ${second.id} has undone it`);
  expect(undoings(run)).toEqual(['c:compensate', 'b:compensate', 'a:compensate', 'b:compensate', 'b:compensate']);
});

test('compensate retries debt of sub-plans in the sub-plans, each once', async () => {
  const { agents, mend } = breakable();
  const deep: Plan = {
    name: 'deep',
    tasks: { x: done(), y: stuck('x'), bad: { ...no('y'), when: '{% $input.fails %}' } },
  };
  const middle: Plan = {
    name: 'middle',
    tasks: { own: stuck(), each: { plan: deep, forEach: { items: [1, 2] }, input: { n: '{% $item %}' } } },
  };
  const plan: Plan = {
    name: 'outer',
    tasks: {
      // Ends well, and is undone by the run.
      sub: { plan: middle, input: { n: 0 } },
      // Fails, undoes its own work, and is tolerated.
      few: { plan: deep, forEach: { items: [3, 4], tolerate: 2 }, input: { n: '{% $item %}', fails: true } },
      bad: no('sub', 'few'),
    },
  };
  const run = await temporal.start(plan, { agents });
  const paths = ['few[0]/y', 'few[1]/y', 'sub/each[0]/y', 'sub/each[1]/y', 'sub/own'];
  expect((await run.result()).debt.toSorted()).toEqual(paths);
  const seen = run.calls.length;
  const failed = await (await baton().compensate(run.id)).result();
  expect(failed.debt.toSorted()).toEqual(paths);
  mend();
  const result = await (await baton().compensate(run.id)).result();
  expect([result.status, result.debt]).toEqual(['completed', []]);
  const later = run.calls.slice(seen);
  expect(
    later
      .slice(5)
      .map(({ key }) => key)
      .toSorted(),
  ).toEqual(paths.map((path) => `${run.id}/${path}:compensate`));
  expect(later).toHaveLength(10);
  const inputs = later.slice(5).map(({ key, input }) => [key.split('/').slice(1).join('/'), input]);
  expect(Object.fromEntries(inputs)).toMatchObject({
    'few[1]/y:compensate': [4, 'out'],
    'sub/each[0]/y:compensate': [1, 'out'],
  });
});

test('compensate does not undo work that was left in place on purpose', async () => {
  const { agents, mend } = breakable();
  const sub: Plan = { name: 'sub', tasks: { x: done(), y: stuck('x'), bad: no('y') } };
  const left: Plan = { name: 'left', tasks: { z: done() } };
  const run = await temporal.start(
    {
      name: 'outer',
      onFailure: 'stop',
      tasks: { kept: done(), also: { plan: left }, sub: { plan: sub, needs: ['kept', 'also'] } },
    },
    { agents },
  );
  expect((await run.result()).debt).toEqual(['sub/y']);
  mend();
  const result = await (await baton().compensate(run.id)).result();
  expect([result.debt, result.compensated, result.tasks['kept']!.status]).toEqual([[], ['sub'], 'succeeded']);
  expect(undoings(run)).toEqual(['sub/y:compensate', 'sub/x:compensate', 'sub/y:compensate']);
});

test('compensate works for cancelled, completed and re-planned runs', async () => {
  const { agents, mend } = breakable();
  const cancelled = await temporal.start(
    { name: 'cancelled', tasks: { a: stuck(), nap: { wait: '10h', needs: ['a'] } } },
    { agents },
  );
  await expect.poll(async () => (await cancelled.run.snapshot()).tasks['nap']!.status).toBe('running');
  await cancelled.run.cancel();
  const sub: Plan = { name: 'sub', tasks: { y: stuck(), bad: no('y') } };
  const completed = await temporal.start(
    { name: 'completed', tasks: { each: { plan: sub, forEach: { items: [1], tolerate: 1 } } } },
    { agents },
  );
  const replanned = await temporal.start(
    {
      name: 'replanned',
      onFailure: 'replan',
      replan: { planner: 'planner', replans: 1 },
      tasks: { a: stuck(), bad: no('a') },
    },
    { agents: { ...agents, planner: () => ({ tasks: { more: stuck('a'), worse: no('more') } }) } },
  );
  const debts = await Promise.all([cancelled, completed, replanned].map(async (run) => (await run.result()).debt));
  expect(debts).toEqual([['a'], ['each[0]/y'], ['more', 'a']]);
  mend();
  for (const run of [cancelled, completed, replanned])
    expect(await (await baton().compensate(run.id)).result()).toMatchObject({ status: 'completed', debt: [] });
  expect(undoings(replanned).slice(-2)).toEqual(['more~1:compensate', 'a:compensate']);
});

test('compensate continues an undo that was terminated', async () => {
  const { agents, mend } = breakable();
  const begun = gate();
  const hangs = () => {
    begun.open();
    return new Promise(() => undefined);
  };
  let isHanging = true;
  const plan: Plan = {
    name: 'cut',
    tasks: {
      a: done(),
      b: { agent: 'echo', needs: ['a'], compensate: { agent: 'hangs' } },
      c: done('b'),
      bad: no('c'),
    },
  };
  const run = await temporal.start(plan, { agents: { ...agents, hangs: () => (isHanging ? hangs() : null) } });
  await begun.opened;
  await temporal.env.client.workflow.getHandle(run.id).terminate();
  [isHanging] = [false];
  mend();
  const result = await (await baton().compensate(run.id)).result();
  expect([result.status, result.compensated]).toEqual(['completed', ['b', 'a']]);
  expect(undoings(run)).toEqual(['c:compensate', 'b:compensate', 'b:compensate', 'a:compensate']);
});

test('two compensate requests at the same time make one run', async () => {
  const { agents } = breakable();
  const asked = gate();
  const open = gate();
  let count = 0;
  const slow = () => {
    if (++count === 1) return Promise.reject(new AgentError('no', { retryable: false }));
    asked.open();
    return open.opened.then(() => null);
  };
  const plan: Plan = { name: 'twice', tasks: { a: { agent: 'echo', compensate: { agent: 'slow' } }, bad: no('a') } };
  const run = await temporal.start(plan, { agents: { ...agents, slow } });
  await run.result();
  const both = await Promise.all([baton().compensateOrFind(run.id), baton().compensateOrFind(run.id)]);
  await asked.opened;
  const late = await baton().compensateOrFind(run.id);
  open.open();
  expect([...both, late].map((started) => started.run.id)).toEqual(new Array(3).fill(`${run.id}:compensate-1`));
  expect([...both, late].filter(({ isNew }) => isNew)).toHaveLength(1);
  expect((await late.run.result()).debt).toEqual([]);
  expect(count).toBe(2);
});

describe('is refused', () => {
  test('compensate is rejected for a run that has not ended, has no debt, is not a run, or is a sub-plan', async () => {
    const { agents } = breakable();
    const sub: Plan = { name: 'sub', tasks: { y: stuck(), bad: no('y') } };
    const open = await temporal.start({ name: 'open', tasks: { nap: { wait: '10h' } } }, { agents });
    const fine = await temporal.start({ name: 'fine', tasks: { a: { agent: 'echo' } } }, { agents });
    const owing = await temporal.start({ name: 'owing', tasks: { sub: { plan: sub } } }, { agents });
    await Promise.all([fine.result(), owing.result()]);
    const again = await baton().compensate(owing.id);
    await again.result();
    for (const [id, why] of [
      [open.id, `run ${open.id} has not ended`],
      [fine.id, `run ${fine.id} has no debt`],
      ['nobody', 'there is no run "nobody"'],
      [`${owing.id}/sub`, `is a sub-plan of run ${owing.id}: compensate that one`],
      [again.id, `is a retry of the debt of run ${owing.id}: compensate that one`],
    ] as const)
      await expect(baton().compensate(id)).rejects.toThrow(why);
    await expect(baton().rerun(again.id)).rejects.toThrow(`tries the debt of run ${owing.id}: rerun that one`);
    await open.run.cancel();
  });
});
