// Runs with remote agents, on real workers: one for the runs, and one that serves the agents on a Task Queue of its own.
import { expect, test, vi } from 'vitest';
import { functionAgent } from '../../src/activities/agents/function-agent.js';
import { remoteAgent } from '../../src/activities/agents/remote/remote-agent.js';
import { detailOf } from '../../src/cli/view/task-row.js';
import { originText } from '../../src/domain/run/origin.js';
import { useWorkers } from '../support/workers.js';

const workers = useWorkers();

const plan = {
  name: 'remote',
  tasks: { a: { agent: 'far', input: { n: 1 } }, b: { agent: 'near', input: '{% $tasks.a.output %}' } },
};

const near = functionAgent({ type: 'near', run: (input) => input });

test('without a worker that serves a remote agent, the status of its task names the Task Queue that no worker polls', async () => {
  const agents = [remoteAgent({ type: 'far', taskQueue: 'nowhere' }), near];
  await workers.start({ agents, taskQueues: ['home-1'] });
  const run = await workers.baton(agents, 'home-1').start(plan, { id: 'waits' });
  await vi.waitFor(async () => expect((await run.snapshot()).tasks['a']?.waits).toBeDefined(), { timeout: 20_000 });
  const { tasks } = await run.snapshot();
  expect(tasks['a']).toMatchObject({ status: 'running', waits: { taskQueue: 'nowhere', calls: 1 } });
  expect(detailOf(tasks['a']!)).toBe('waits for a worker of Task Queue nowhere');
  await run.cancel();
  expect((await run.result()).tasks['a']!.status).toBe('cancelled');
});

test('a fork reuses the answer of a remote agent: a worker of the run looks it up, and the agent is not called again', async () => {
  const calls: unknown[] = [];
  const far = functionAgent({ type: 'far', run: (input) => calls.push(input) });
  const agents = [remoteAgent({ type: 'far', taskQueue: 'serves-far' }), near];
  await workers.start({ agents: [far], taskQueues: ['serves-far'] });
  await workers.start({ agents, taskQueues: ['home-2'] });
  const baton = workers.baton(agents, 'home-2');
  const old = await baton.start(plan, { id: 'old' });
  expect((await old.result()).status).toBe('completed');
  const same = await (await baton.rerun('old')).result();
  expect([same.status, originText(same), calls.length]).toEqual(['completed', 'reused 2, ran 0', 1]);
  const changed = { ...plan, tasks: { ...plan.tasks, a: { agent: 'far', input: { n: 2 } } } };
  const other = await (await baton.rerun('old', { plan: changed })).result();
  expect([other.status, originText(other), calls.length]).toEqual(['completed', 'reused 0, ran 2', 2]);
});

test('a run that does not know that its agent is remote waits for a worker that has it', async () => {
  const agents = [remoteAgent({ type: 'far', taskQueue: 'serves-other' }), near];
  await workers.start({ agents, taskQueues: ['home-3'] });
  const run = await workers.baton([], 'home-3').client.workflow.start('orchestrate', {
    ...{ workflowId: 'no-cards', taskQueue: 'home-3', args: [{ plan }] },
  });
  const handle = workers.baton(agents, 'home-3').run(run.workflowId);
  await vi.waitFor(async () => expect((await handle.snapshot()).tasks['a']?.waits).toBeDefined(), { timeout: 20_000 });
  const { tasks } = await handle.snapshot();
  expect(tasks['a']).toMatchObject({ waits: { agent: 'far' }, attempts: 1 });
  expect(tasks['a']!.failure?.message).toContain(
    'agent "far" is remote, and only workers of Task Queue "serves-other"',
  );
  await handle.cancel();
});

test('prepareRun: a worker checks plan and input, fills in defaults, and adds the cards of its agents', async () => {
  const agents = [remoteAgent({ type: 'far', taskQueue: 'serves-far', timeout: '1m' }), near];
  await workers.start({ agents, taskQueues: ['home-4'] });
  const { client } = workers.baton(agents, 'home-4');
  let count = 0;
  const prepare = (request: object) =>
    client.workflow.execute('prepareRun', { workflowId: `prepare-${++count}`, taskQueue: 'home-4', args: [request] });
  const input = { type: 'object', properties: { n: { type: 'integer', default: 3 } } };
  expect(await prepare({ plan: { ...plan, input }, input: {}, tenant: 'acme' })).toEqual({
    request: {
      plan: { ...plan, input },
      input: { n: 3 },
      tenant: { name: 'acme' },
      agents: { far: { taskQueue: 'serves-far', isRemote: true, timeout: '1m' } },
    },
  });
  expect(await prepare({ plan: { name: 'x', tasks: { a: { agent: 'fra' } } } })).toEqual({
    problems: {
      of: 'plan',
      lines: ['tasks.a.agent: expected the type of an agent that is registered, got "fra"; did you mean "far"?'],
    },
  });
  expect(await prepare({ plan: { ...plan, input }, input: { n: 'x' } })).toEqual({
    problems: { of: 'input', lines: ['input.n: expected to be integer, got "x"'] },
  });
  expect(await prepare({ plan, budget: { usd: -1 } })).toMatchObject({ problems: { of: 'input' } });
  expect(await prepare({ plan, nonsense: 1 })).toMatchObject({ problems: { of: 'input' } });
});
