// The worker in Go of examples/go-agent serves the agents of the conformance script. It leaves out storage, encryption, secrets and the schemas
// of outputs.
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { parse } from 'yaml';
import { loadConfig } from '../../src/index.js';
import { Baton } from '../../src/client.js';
import { useWorkers } from '../support/workers.js';
import { CASES } from './cases.js';
import { openConformance, type Conformance } from './harness.js';

const EXAMPLE = fileURLToPath(new URL('../../examples/go-agent', import.meta.url));
/** The first build on a machine downloads Temporal's SDK and compiles it: two minutes of processor time. Later ones take seconds. */
const BUILD_MS = 1_200_000;
const hasGo = spawnSync('go', ['version']).status === 0;

describe.skipIf(!hasGo)(hasGo ? 'the Go worker' : 'the Go worker (skipped: there is no Go toolchain)', () => {
  const workers = useWorkers();
  let directory: string;
  let conformance: Conformance;
  const ended: (() => Promise<void>)[] = [];

  async function serve(program: string, ...args: string[]): Promise<void> {
    const child = execa(join(directory, program), args, { reject: false, stdin: 'ignore' });
    ended.push(async () => {
      child.kill('SIGTERM');
      await child;
    });
    const lines = createInterface({ input: child.stdout });
    const isServing = await new Promise<boolean>((resolve) => {
      // Temporal's SDK logs on stdout as well.
      lines.on('line', (line) => line === 'serving' && resolve(true));
      lines.on('close', () => resolve(false));
    });
    if (!isServing) throw new Error(`the worker ended: ${(await child).stderr}`);
  }

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'baton-go-'));
    await execa('go', ['build', '-o', directory, './...'], { cwd: EXAMPLE, stdin: 'ignore' });
    const { address } = workers.env;
    await serve('conformance', 'go-conformance', address);
    await serve('go-agent', address);
    conformance = await openConformance({
      server: { connectionOptions: { address }, namespace: 'default' },
      workflowBundle: { codePath: inject('workflowBundle') },
      taskQueue: 'go-conformance',
    });
  }, BUILD_MS);

  afterAll(async () => {
    await conformance?.close();
    for (const end of ended) await end();
    await rm(directory, { recursive: true, force: true });
  });

  test.concurrent.each(CASES.filter(({ needs }) => needs === undefined))(
    '$name',
    async ({ check }) => await check(conformance),
  );

  test('the plan of the example runs with the agent in Go', async () => {
    const { agents } = (await loadConfig(EXAMPLE))!;
    const { options } = conformance;
    const baton = await Baton.connect({ ...options, storage: false, agents, taskQueue: conformance.home });
    try {
      const run = await baton.start(parse(await readFile(join(EXAMPLE, 'plan.yaml'), 'utf8')) as object, {
        input: { pages: ['one two', 'three'] },
      });
      expect(await run.result()).toMatchObject({ status: 'completed', output: 3 });
    } finally {
      await baton.close();
    }
  });
});
