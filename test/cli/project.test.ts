// One breaker and one pool for an agent of a project, whoever calls: `baton run`, `baton run --detach` and a program.
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest';
import { connect } from '../../src/index.js';
import { loadConfig } from '../../src/index.js';
import { freePort } from '../../src/system/ports.js';
import { createWorker } from '../../src/worker.js';
import { makeCliDirectory, useCliDirectory, type CliDirectory } from '../support/baton.js';
import { silenceTemporal } from '../support/silence.js';

const CONFIG = `
agents:
  - { type: scarce, kind: command, command: [node, scarce.js], capacity: 1 }
  - type: shaky
    kind: command
    command: [node, -e, process.exit(75)]
    retry: { attempts: 1 }
    breaker: { window: { count: 4 }, minCalls: 2, openFor: 1h }
`;

/** Notes when it begins and when it ends, also where it is told to: a worker that is too busy to renew its lease ends its call. */
const SCARCE = `
import { appendFileSync } from 'node:fs';
appendFileSync('calls.log', 'begin\\n');
const end = () => appendFileSync('calls.log', 'end\\n');
process.on('SIGTERM', () => { end(); process.exit(1); });
setTimeout(() => { end(); console.log('null'); process.exit(0); }, 300);
`;

const scarce = (name: string) => ({
  name,
  tasks: { all: { agent: 'scarce', forEach: { items: [1, 2, 3, 4, 5], concurrency: 5 } } },
});
const SHAKY = { name: 'shaky', tasks: { a: { agent: 'shaky', deadline: '3s' } } };

const place = useCliDirectory();
let other: CliDirectory;
let address: string;

async function furnish({ write }: CliDirectory): Promise<void> {
  await write('baton.config.yaml', CONFIG);
  await write('scarce.js', SCARCE);
  await write('scarce.json', scarce('scarce'));
  await write('shaky.json', SHAKY);
}

beforeAll(async () => {
  silenceTemporal();
  other = await makeCliDirectory();
  await Promise.all([furnish(place), furnish(other)]);
  const port = await freePort();
  address = `127.0.0.1:${port}`;
  const dev = place.spawn('dev', '--port', String(port), '--ui-port', String(await freePort()));
  await dev.waitForLine('worker ready');
});
afterAll(() => other?.remove());

/** Ids of runs are used once, also where the test is tried again. */
let tries = 0;

/** As a program has it that loads the configuration and says nothing else of the project. */
async function program() {
  const { agents, pools } = (await loadConfig(place.directory))!;
  const baton = await connect({ directory: place.directory, address, agents, pools });
  onTestFinished(() => baton.close());
  return { baton, agents, pools };
}

test('capacity: one call at a time over baton run, baton run --detach and a program with a worker of its own', async () => {
  const { baton, agents, pools } = await program();
  const calls = join(place.directory, 'calls.log');
  await rm(calls, { force: true });
  const ids = ['here', 'here-too', 'detached', 'of-program'].map((name) => `${name}-${tries}`);
  tries++;
  const [here, hereToo, detached, ofProgram] = ids as [string, string, string, string];
  const worker = await createWorker({
    agents,
    pools,
    find: { directory: place.directory, address },
    workflowBundle: { codePath: inject('workflowBundle') },
  });
  const working = worker.run();
  const ends = await Promise.all([
    place.baton('run', 'scarce.json', '--id', here),
    place.baton('run', 'scarce.json', '--id', hereToo),
    place.baton('run', 'scarce.json', '--id', detached, '--detach'),
    baton.start(scarce('of-program'), { id: ofProgram }),
  ]);
  expect(ends.slice(0, 3)).toMatchObject([{ exitCode: 0 }, { exitCode: 0 }, { exitCode: 0 }]);
  for (const id of ids) {
    expect((await baton.run(id).result()).status).toBe('completed');
  }
  worker.shutdown();
  await working;
  const notes = (await readFile(calls, 'utf8')).trim().split('\n');
  let open = 0;
  const most = notes.map((note) => (open += note === 'begin' ? 1 : -1));
  expect(Math.max(...most)).toBe(1);
  expect(notes.filter((note) => note === 'begin').length).toBeGreaterThanOrEqual(20);
}, 240_000);

test('breaker: one that baton run has opened is open for baton run --detach and a program, and no other breaker runs', async () => {
  const { baton } = await program();
  for (const id of ['one', 'two']) expect((await place.baton('run', 'shaky.json', '--id', id)).exitCode).toBe(1);
  await expect.poll(async () => (await baton.breaker('shaky').status()).phase).toBe('open');
  expect((await place.baton('run', 'shaky.json', '--id', 'left', '--detach')).exitCode).toBe(0);
  const refused = await baton.start(SHAKY, { id: 'of-baton' });
  for (const run of [refused, baton.run('left')]) {
    expect((await run.result()).failure?.message).toContain('its circuit breaker is open: 2 of 2 calls failed');
  }
  const { breakers } = (await place.json('breaker')) as { breakers: unknown[] };
  expect(breakers).toMatchObject([{ agent: 'shaky', phase: 'open', project: baton.project }]);
  // A client that knows nothing but the name finds it.
  const stranger = await connect({ directory: other.directory, address, project: 'another' });
  onTestFinished(() => stranger.close());
  expect(await stranger.breaker('shaky').status()).toMatchObject({ phase: 'open', project: baton.project });
}, 240_000);

test('breaker: another project on the same server has its own, which is closed and can be opened separately', async () => {
  const at = ['--address', address];
  const { project } = await program().then(({ baton }) => baton);
  const { breakers } = (await other.json('breaker', 'shaky', ...at)) as { breakers: { project: string }[] };
  expect(breakers).toHaveLength(2);
  expect(breakers.find((one) => one.project !== project)).toMatchObject({ phase: 'closed', workers: 0 });
  // That of the other directory has no worker, and is not taken for this one.
  const refused = await other.baton('breaker', 'shaky', '--reset', ...at);
  expect(refused.stderr).toMatch(/no worker polls the Task Queue "baton-guards\/baton-cli-/);
  expect(await other.baton('run', 'scarce.json', '--id', 'elsewhere', ...at)).toMatchObject({ exitCode: 0 });
  const [own] = ((await place.json('breaker', 'shaky')) as { breakers: { phase: string }[] }).breakers;
  expect(own).toMatchObject({ phase: 'open', project });
}, 240_000);
