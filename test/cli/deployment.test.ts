// Worker Deployment Versioning: two builds of a worker at the same time, and which one gets which runs.
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { execa } from 'execa';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { CLI } from '../support/built-cli.js';
import { useCliDirectory } from '../support/baton.js';

const place = useCliDirectory();
const { baton, json, write } = place;

const CONFIG = `
agents:
  - { type: build, kind: command, command: [node, -p, 'JSON.stringify(process.env.BUILD)'], env: [BUILD], breaker: {} }
`;

/** Resolves when the worker is ready, to a function that ends it. */
async function startBuild(buildId: string): Promise<() => Promise<void>> {
  const worker = execa(process.execPath, [CLI, 'worker'], {
    cwd: place.directory,
    env: { BUILD: buildId, TEMPORAL_DEPLOYMENT_NAME: 'shop', TEMPORAL_WORKER_BUILD_ID: buildId },
    reject: false,
    stdin: 'ignore',
  });
  const end = async (): Promise<void> => {
    worker.kill('SIGTERM');
    await worker;
  };
  onTestFinished(end);
  const lines = createInterface({ input: worker.stderr });
  for (let line = ''; !line.includes('worker ready');) [line] = (await once(lines, 'line')) as [string];
  lines.on('line', () => undefined);
  return end;
}

const start = async (id: string): Promise<void> => {
  expect((await baton('run', 'two.json', '--detach', '--id', id)).exitCode).toBe(0);
};

const resultOf = async (id: string): Promise<unknown> => JSON.parse((await baton('result', id, '--quiet')).stdout);

const problems = async (): Promise<string[]> => {
  const { checks } = (await json('doctor')) as { checks: { check: string; findings: { problem: string }[] }[] };
  return checks.flatMap(({ findings }) => findings.map(({ problem }) => problem));
};

beforeAll(async () => {
  await write('baton.config.yaml', CONFIG);
  await write('two.json', {
    name: 'two',
    tasks: {
      first: { agent: 'build' },
      go: { event: 'go', needs: ['first'] },
      last: { agent: 'build', needs: ['go'] },
    },
    output: '{% [$tasks.first.output, $tasks.last.output] %}',
  });
});

test('runs stay on the build that they began on, new runs go to the one that was promoted, and doctor names one without work', async () => {
  await startBuild('one');
  expect(await problems()).toEqual(['version one of deployment shop gets no work: no version is current']);
  expect((await baton('deployment', 'promote', 'one')).stderr).toContain('shop: new runs go to one');
  await start('old');
  while ((await baton('event', 'old', 'go')).exitCode !== 0);
  expect(await resultOf('old')).toEqual(['one', 'one']);

  await start('across');
  const waits = async () => ((await json('status', 'across')) as { tasks: { go: { status: string } } }).tasks.go.status;
  while ((await waits()) !== 'running');
  await startBuild('two');
  expect(await problems()).toEqual(['version two of deployment shop gets no work: one is current']);
  expect(await json('deployment', 'promote', 'two')).toEqual({ did: 'promote', deployment: 'shop', buildId: 'two' });
  await start('new');
  for (const id of ['across', 'new']) await baton('event', id, 'go');
  expect(await resultOf('across')).toEqual(['one', 'one']);
  expect(await resultOf('new')).toEqual(['two', 'two']);
  expect(await problems()).toEqual([]);

  expect((await baton('deployment', 'ramp', 'one', '--percent', '30')).exitCode).toBe(0);
  const ramping = { name: 'shop', current: 'two', ramping: { buildId: 'one', percent: 30 } };
  expect(await json('deployment', 'list')).toMatchObject({ deployments: [ramping] });
  const { exitCode, stderr } = await baton('deployment', 'promote', 'tow');
  expect({ exitCode, stderr }).toEqual({
    exitCode: 2,
    stderr: expect.stringContaining('deployment shop has no version "tow"; did you mean "two"?') as string,
  });
});

test('one of the two variables without the other is refused', async () => {
  const { exitCode, stderr } = await execa(process.execPath, [CLI, 'worker'], {
    cwd: place.directory,
    env: { TEMPORAL_DEPLOYMENT_NAME: 'shop' },
    reject: false,
  });
  expect({ exitCode, stderr }).toEqual({
    exitCode: 2,
    stderr: 'error: TEMPORAL_DEPLOYMENT_NAME is set, and TEMPORAL_WORKER_BUILD_ID is not: set both, or none',
  });
});
