import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { functionAgent } from '../../src/index.js';
import { testBaton, type TestBaton } from '../../src/testing.js';

const bundle = { workflowBundle: { codePath: inject('workflowBundle') } };
const echo = functionAgent({ type: 'echo', run: (input) => input });
const flaky = functionAgent({
  type: 'flaky',
  retry: { attempts: 3, initial: '10m' },
  run(_, { attempt }) {
    if (attempt < 3) throw new Error('busy');
    return 'done';
  },
});

let t: TestBaton;
let skipping: TestBaton;
beforeAll(async () => {
  t = await testBaton({ agents: [echo], ...bundle });
  skipping = await testBaton({ agents: [echo, flaky], timeSkipping: true, ...bundle });
});
afterAll(async () => {
  await t?.close();
  await skipping?.close();
});

const signOff = {
  name: 'sign-off',
  tasks: {
    write: { agent: 'echo', input: { text: 'news' } },
    sign: { approve: { title: 'Publish?', timeout: '3d', onTimeout: 'reject' }, needs: ['write'] },
    publish: { agent: 'echo', input: '{% $tasks.write.output %}', needs: ['sign'] },
  },
};

test('until: returns when a task waits for a person, and the calls of the run are in its result', async () => {
  const run = await t.baton.start(signOff);
  expect(await t.until(run, 'sign')).toMatchObject({ status: 'running', question: { title: 'Publish?' } });
  expect(await t.until(run.id, 'write', 'succeeded')).toMatchObject({ output: { text: 'news' } });
  await run.approve('sign');
  expect(await t.until(run, 'publish', ['ended'])).toMatchObject({ status: 'succeeded' });
  const { status, calls } = await t.result(run);
  expect(status).toBe('completed');
  expect(calls).toEqual([
    { agent: 'echo', task: 'write', input: { text: 'news' }, attempts: 1 },
    { agent: 'echo', task: 'publish', input: { text: 'news' }, attempts: 1 },
  ]);
});

test('until: with time skipping, time passes to the approval and not past its timeout', async () => {
  const { write, ...rest } = signOff.tasks;
  const tasks = { cool: { wait: '2d' }, write: { ...write, needs: ['cool'] }, ...rest };
  const run = await skipping.baton.start({ name: 'later', tasks });
  expect(await skipping.until(run, 'sign')).toMatchObject({ status: 'running' });
  await run.approve('sign');
  expect(await skipping.result(run)).toMatchObject({ status: 'completed' });
});

test('until: with time skipping, the time between attempts passes, and a retried call is one call', async () => {
  const plan = { name: 'retried', tasks: { a: { agent: 'flaky' }, sign: { approve: { title: 'Go?' }, needs: ['a'] } } };
  const run = await skipping.baton.start(plan);
  expect(await skipping.until(run, 'a', 'succeeded')).toMatchObject({ attempts: 3 });
  expect(await skipping.until(run, 'sign')).toMatchObject({ status: 'running' });
  await run.approve('sign');
  expect((await skipping.result(run)).calls).toMatchObject([{ agent: 'flaky', task: 'a', attempts: 3 }]);
});

test('until: with time skipping, the time of a wait within a sub-plan passes', async () => {
  const child = { name: 'child', tasks: { cool: { wait: '9h' }, a: { agent: 'echo', input: 1, needs: ['cool'] } } };
  const plan = { name: 'parent', tasks: { sub: { plan: child }, sign: { approve: { title: 'Go?' }, needs: ['sub'] } } };
  const run = await skipping.baton.start(plan);
  await skipping.until(run, 'sign');
  await run.approve('sign');
  expect((await skipping.result(run)).calls).toMatchObject([{ agent: 'echo', task: 'sub/a', input: 1 }]);
});

test('until: says what a task is, if the state does not come in time or cannot come any more', async () => {
  const run = await t.baton.start(signOff, { id: 'slow' });
  await t.until(run, 'sign');
  await expect(t.until(run, 'publish', 'running', { timeoutMs: 500 })).rejects.toThrow(
    'run "slow": task "publish" is pending after 500 ms; expected it to be running; the run is waiting, for sign: Publish?',
  );
  await expect(t.until(run, 'pubish')).rejects.toThrow(
    'expected the id of a task of the plan "sign-off", got "pubish"; did you mean "publish"?',
  );
  await expect(t.until(run, 'sign', 'wating' as 'waiting')).rejects.toThrow(
    'expected a state of a task, got "wating"; did you mean "waiting"?',
  );
  await run.approve('sign', { reject: true, comment: 'not yet' });
  await expect(t.until(run, 'publish', 'succeeded')).rejects.toThrow(
    /^run "slow": task "publish" is skipped, and the run has ended as failed; expected the task to be succeeded; TaskFailed: /,
  );
});
