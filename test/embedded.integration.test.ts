// One call makes server, worker and client. Each test has a directory of its own, as a program has.
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { Baton, functionAgent, type EmbeddedOptions } from '../src/index.js';
import { buildCli, DIST } from './support/built-cli.js';
import { silenceTemporal } from './support/silence.js';

const double = functionAgent<number, number>({ type: 'double', run: (n) => n * 2 });
const plan = {
  name: 'sum',
  tasks: { a: { agent: 'double', input: '{% $input.n %}' } },
  output: '{% $tasks.a.output %}',
};
let directory: string;
beforeAll(async () => {
  await buildCli();
  silenceTemporal();
  directory = await mkdtemp(join(tmpdir(), 'baton-embedded-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const open = (more: Partial<EmbeddedOptions> = {}) =>
  Baton.embedded({ agents: [double], directory, workflowBundle: { codePath: inject('workflowBundle') }, ...more });
const users = async () => (await readdir(join(directory, '.baton', 'users'))).length;

test('embedded: one call runs a plan, and close ends the server that it started', async () => {
  const baton = await open();
  expect(await (await baton.start(plan, { id: 'one', input: { n: 21 } })).result()).toMatchObject({ output: 42 });
  expect(await users()).toBe(1);
  await baton.close();
  await baton.close();
  expect(await users()).toBe(0);
  await expect(fetch(baton.server.webUi!)).rejects.toThrow();
});

test('embedded: twice in a process, with Task Queues of their own, and what one has run is there for the other', async () => {
  const triple = functionAgent<number, number>({ type: 'double', run: (n) => n * 3 });
  const [first, second] = await Promise.all([
    open({ taskQueue: 'first' }),
    open({ taskQueue: 'second', agents: [triple] }),
  ]);
  const run = async (baton: Baton) => (await (await baton.start(plan, { input: { n: 1 } })).result()).output;
  expect(await Promise.all([run(first), run(second)])).toEqual([2, 3]);
  await first.close();
  expect(await run(second)).toBe(3);
  expect(await second.run('one').result()).toMatchObject({ output: 42 });
  await second[Symbol.asyncDispose]();
  expect(await users()).toBe(0);
});

test('embedded: a call in flight ends before close does', async () => {
  let began: () => void;
  const hasBegun = new Promise<void>((resolve) => (began = resolve));
  let hasEnded = false;
  const slow = functionAgent({
    type: 'slow',
    run: async () => {
      began();
      await new Promise((resolve) => setTimeout(resolve, 300));
      hasEnded = true;
      return null;
    },
  });
  const baton = await open({ agents: [slow] });
  await baton.start({ name: 'slow', tasks: { a: { agent: 'slow' } } });
  await hasBegun;
  await baton.close();
  expect(hasEnded).toBe(true);
});

test('embedded: agents that cannot be used are refused, and no server is left', async () => {
  await expect(open({ agents: [double, double] })).rejects.toThrow('double');
  expect(await users()).toBe(0);
});

const PROGRAM = `
import { Baton, functionAgent } from '${pathToFileURL(join(DIST, 'index.js')).href}';
const flaky = functionAgent({ type: 'flaky', retry: { attempts: 2, initial: '10ms' }, run: (_, { attempt }) => {
  if (attempt === 1) throw new Error('the first attempt');
  return 'done';
} });
await using baton = await Baton.embedded({ agents: [flaky] });
const run = await baton.start({ name: 'p', tasks: { a: { agent: 'flaky' } }, output: '{% $tasks.a.output %}' });
console.log((await run.result()).output);
`;

test('embedded: a program prints only what it prints itself, and ends by itself', async () => {
  // Node.js 20 does not know `await using`.
  const text = PROGRAM.replace('await using baton', 'const baton') + 'await baton.close();\n';
  await writeFile(join(directory, 'program.mjs'), text);
  const { stdout, stderr } = await execa(process.execPath, ['program.mjs'], { cwd: directory });
  expect([stdout, stderr]).toEqual(['done', '']);
});

test('embedded: a program that has installed a Runtime of its own keeps it', async () => {
  const runtime = `
import { DefaultLogger, Runtime } from '${import.meta.resolve('@temporalio/worker')}';
Runtime.install({ logger: new DefaultLogger('INFO', ({ message }) => console.error('host: ' + message)) });
`;
  const text = runtime + PROGRAM.replace('await using baton', 'const baton') + 'await baton.close();\n';
  await writeFile(join(directory, 'host.mjs'), text);
  const { stdout, stderr } = await execa(process.execPath, ['host.mjs'], { cwd: directory });
  expect(stdout).toBe('done');
  expect(stderr).toContain('host: Worker state changed');
});
