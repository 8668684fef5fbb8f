// `baton.rerun`, as a program uses it.
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { functionAgent } from '../../src/activities/agents/function-agent.js';
import { Baton } from '../../src/client.js';
import { originText } from '../../src/domain/run/origin.js';
import { testBaton, type TestBaton } from '../../src/testing.js';

const echo = functionAgent({ type: 'echo', timeout: '7s', run: (input) => input });
const plan = {
  name: 'two',
  tasks: { a: { agent: 'echo', input: '{% $input.a %}' }, b: { plan: 'named', input: '{% $input.b %}' } },
  output: '{% [$tasks.a.output, $tasks.b.output] %}',
};
const named = {
  name: 'named',
  tasks: { c: { agent: 'echo', input: '{% $input %}' } },
  output: '{% $tasks.c.output %}',
};

let here: TestBaton;
let baton: Baton;
beforeAll(async () => {
  const workflowBundle = { codePath: inject('workflowBundle') };
  here = await testBaton({ agents: [echo], plans: new Map([['named', named]]), workflowBundle });
  ({ baton } = here);
});
afterAll(() => here?.close());

const started = async (id: string) => await (await baton.start(plan, { id, input: { a: 1, b: 2 } })).result();

test('rerun: by default everything is as in the old run, its named plans and agents included', async () => {
  const old = await started('as-it-was');
  // It knows neither agents nor plans.
  const stranger = Baton.fromClient(baton.client);
  const fork = await stranger.rerun('as-it-was');
  const result = await fork.result();
  expect(result.output).toEqual(old.output);
  expect(originText(result)).toBe('reused 2, ran 0');
  expect((await stranger.startOf(fork.id)).agents).toEqual({ echo: { timeout: '7s' } });
  expect(await baton.forksOf('as-it-was')).toEqual([fork.id]);
});

test('rerun: input, plan and the tasks that run again can be given', async () => {
  await started('said');
  const input = await (await baton.rerun('said', { input: { a: 1, b: 3 } })).result();
  expect([input.output, originText(input)]).toEqual([[1, 3], 'reused 1, ran 1']);
  const other = { ...plan, output: '{% $tasks.a.output %}' };
  const anew = await (await baton.rerun('said', { plan: other, from: ['a'], id: 'anew' })).result();
  expect([anew.runId, anew.output, originText(anew)]).toEqual(['anew', 1, 'reused 1, ran 1']);
});

test('rerun: a run that cannot be rerun is rejected', async () => {
  await started('refused');
  await expect(baton.rerun('nobody')).rejects.toThrow('there is no run "nobody" on this server');
  await expect(baton.rerun('refused', { from: ['aa'] })).rejects.toThrow(
    'from: expected the id of a task of plan two, got "aa"; did you mean "a"?',
  );
  await expect(baton.rerun('refused', { id: 'refused' })).rejects.toThrow('id: expected another');
  await expect(baton.rerun('refused/b')).rejects.toThrow('refused/b is a sub-plan of run refused: rerun that one');
  await expect(baton.rerun('refused', { plan: { name: 'x', tasks: {} } })).rejects.toThrow('tasks');
  const foreign = await baton.client.workflow.start('another', { workflowId: 'foreign', taskQueue: 'nobody' });
  await expect(baton.rerun('foreign')).rejects.toThrow('foreign is not a run of Baton');
  await foreign.terminate();
  expect(await baton.forksOf('refused')).toEqual([]);
});

test('executeTask: the same input under the same id finds the answer; another input is refused', async () => {
  const call = (input: unknown) => baton.executeTask(echo, input, { id: 'one-call' });
  expect([await call({ n: 1 }), await call({ n: 1 })]).toEqual([{ n: 1 }, { n: 1 }]);
  await expect(call({ n: 2 })).rejects.toThrow(
    'run one-call exists already, and has another input: input.n: 1 there, 2 here',
  );
});
