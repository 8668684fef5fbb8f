import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, inject, onTestFinished, test, vi } from 'vitest';
import { functionAgent } from '../../src/index.js';
import { testBaton } from '../../src/testing.js';

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

test('testBaton: large values are stored as with a dev server, and nothing of them is left behind', async () => {
  const scratch = await mkdtemp(join(tmpdir(), 'baton-testing-'));
  vi.stubEnv('TMPDIR', scratch);
  onTestFinished(async () => {
    vi.unstubAllEnvs();
    await rm(scratch, { recursive: true, force: true });
  });
  const left = async () => (await readdir(scratch)).filter((name) => name.startsWith('baton-test-'));
  const large = functionAgent<number, string>({ type: 'large', run: (n) => 'x'.repeat(n) });
  const tasks = { a: { agent: 'large', input: 3_000_000 } };
  const { run, close } = await testBaton({ agents: [large], ...bundle() });
  try {
    expect(await run({ name: 'large', tasks })).toMatchObject({ status: 'completed' });
    expect(await left()).toHaveLength(1);
  } finally {
    await close();
  }
  expect(await left()).toEqual([]);
  const without = await testBaton({ agents: [large], storage: false, ...bundle() });
  try {
    expect(await without.run({ name: 'large', tasks })).toMatchObject({
      tasks: { a: { failure: { type: 'OutputTooLarge' } } },
    });
  } finally {
    await without.close();
  }
});
