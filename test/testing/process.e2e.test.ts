// baton-orchestrator/testing in processes of its own, as node:test starts it.
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { beforeAll, expect, test } from 'vitest';
import { buildCli } from '../support/built-cli.js';

beforeAll(buildCli, 240_000);

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const HOOK = new URL('../fixtures/without-package.mjs', import.meta.url).href;

test('without @temporalio/testing the module loads, and testBaton names the command that installs it', async () => {
  const program = `
    const { testBaton } = await import('./dist/testing.js');
    await testBaton({ agents: [] }).catch(({ message }) => console.log(message));`;
  const env = { WITHOUT_PACKAGE: '@temporalio/testing' };
  const args = ['--import', HOOK, '--input-type=module', '-e', program];
  const { stdout, stderr } = await execa(process.execPath, args, { cwd: ROOT, env });
  expect([stdout, stderr]).toEqual([
    'tests with testBaton need the package "@temporalio/testing", which is not installed: npm install --save-dev @temporalio/testing@1',
    '',
  ]);
});

test.each([false, true])(
  'a test prints nothing of the server or the worker (time skipping: %s)',
  async (timeSkipping) => {
    const program = `
    const { testBaton } = await import('./dist/testing.js');
    const { functionAgent } = await import('./dist/index.js');
    const agents = [functionAgent({ type: 'echo', run: (input) => input })];
    const { run, close } = await testBaton({ agents, timeSkipping: ${timeSkipping} });
    const { output } = await run({ name: 'p', tasks: { a: { agent: 'echo', input: 7 } }, output: '{% $tasks.a.output %}' });
    await close();
    console.log(output);`;
    const { stdout, stderr } = await execa(process.execPath, ['--input-type=module', '-e', program], { cwd: ROOT });
    expect([stdout, stderr]).toEqual(['7', '']);
  },
);

test('node:test shows the message of a check that does not hold', async () => {
  const program = `
    import { test } from 'node:test';
    import { functionAgent } from './dist/index.js';
    import { assertNeverCalled, testBaton } from './dist/testing.js';
    test('echo is not called', async () => {
      const agents = [functionAgent({ type: 'echo', run: (input) => input })];
      const { run, close } = await testBaton({ agents });
      const result = await run({ name: 'p', tasks: { a: { agent: 'echo', input: 7 } } }, {}, { id: 'one' });
      await close();
      assertNeverCalled(result, 'echo');
    });`;
  const args = ['--input-type=module', '--test-reporter=spec', '-e', program];
  const { stdout, exitCode } = await execa(process.execPath, args, {
    cwd: ROOT,
    reject: false,
    env: { NO_COLOR: '1' },
  });
  expect(exitCode).toBe(1);
  expect(stdout).toContain('run "one" of the plan "p": expected no call of the agent "echo", got 1 call');
  expect(stdout).toContain('1. echo for the task a, input 7');
});
