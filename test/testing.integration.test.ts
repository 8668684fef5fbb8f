import { expect, inject, test } from 'vitest';
import { functionAgent } from '../src/index.js';
import { testBaton } from '../src/testing.js';

const double = functionAgent<number, number>({ type: 'double', run: (n) => n * 2 });
const plan = {
  name: 'sum',
  tasks: { a: { agent: 'double', input: '{% $input.n %}' } },
  output: '{% $tasks.a.output %}',
};
const bundle = () => ({ workflowBundle: { codePath: inject('workflowBundle') } });

test('testBaton: a plan and a single call run on a server of their own', async () => {
  const { run, baton, close } = await testBaton({ agents: [double], ...bundle() });
  try {
    expect(await run(plan, { n: 21 })).toMatchObject({ status: 'completed', output: 42 });
    expect(await baton.executeTask(double, 4)).toBe(8);
  } finally {
    await close();
  }
});

test('testBaton: with time skipping, a wait of a month takes no time', async () => {
  const { run, close } = await testBaton({ agents: [], timeSkipping: true, ...bundle() });
  try {
    expect(await run({ name: 'wait', tasks: { a: { wait: '30d' } } })).toMatchObject({ status: 'completed' });
  } finally {
    await close();
  }
});
