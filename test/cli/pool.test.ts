// `baton pool`, on a pool that a run is using.
import { expect, test } from 'vitest';
import type { PoolStatus } from '../../src/domain/pool/coordinator/status.js';
import { projectNear } from '../../src/project.js';
import { errorHere, useCliDirectory } from '../support/baton.js';

const place = useCliDirectory({ server: true });

const CONFIG = `
agents:
  - { type: hold, kind: command, command: [node, agent.js, hold], killAfter: 200ms, pool: pens }
pools:
  - name: pens
    resources: [{ id: red, capacity: 2, labels: { colour: red } }]
`;

const PLAN = { name: 'hold-three', tasks: { a: { agent: 'hold' }, b: { agent: 'hold' }, c: { agent: 'hold' } } };

const status = async (): Promise<PoolStatus | undefined> => {
  const said = (await place.json('pool', 'status', 'pens')) as { pools: PoolStatus[] };
  return said.pools[0];
};

test('pool: calls and waiting calls are shown, and a running pool is changed', async () => {
  await place.write('baton.config.yaml', CONFIG);
  await place.write('plan.json', PLAN);
  const run = place.spawn('run', 'plan.json', '--id', 'three');
  await run.waitForLine('run three');
  await expect.poll(status).toMatchObject({ isAtWork: true, resources: [{ inUse: 2 }], waiting: [{ count: 1 }] });

  const { stdout } = await place.baton('pool', 'status');
  expect(stdout.trimEnd().split('\n')).toEqual([
    'pens · least-loaded · 1 worker',
    'waiting: 1 of priority 3',
    'RESOURCE  IN USE              WEIGHT  STATE  ENDPOINT  LABELS',
    'red       ██████████  2 of 2  1       open             colour=red',
  ]);

  const standing = async () => (await place.baton('status', 'three')).stdout;
  await expect.poll(standing).toMatch(/ running .* waits for pool pens/);

  const added = await place.baton('pool', 'add', 'pens', '--id', 'blue', '--capacity', '1', '--label', 'colour=blue');
  expect([added.exitCode, added.stderr]).toEqual([0, 'blue of pool pens: added']);
  await expect.poll(async () => (await status())?.resources.map(({ inUse }) => inUse)).toEqual([2, 1]);
  expect((await place.baton('pool', 'drain', 'pens', 'red')).stderr).toBe(
    'red of pool pens: draining, 2 calls are in progress on it',
  );
  expect(await place.json('pool', 'remove', 'pens', 'blue')).toEqual({
    pool: 'pens',
    id: 'blue',
    became: 'draining',
    inUse: 1,
  });
  expect((await status())?.resources.map(({ condition }) => condition)).toEqual(['draining', 'draining']);

  const unknown = await place.baton('pool', 'drain', 'pens', 'green');
  expect([unknown.exitCode, unknown.stderr]).toEqual([
    2,
    expect.stringMatching(errorHere('pool "pens" has no resource "green"; it has "red", "blue"')),
  ]);
  const project = projectNear({}, place.directory);
  const nobody = await place.baton('pool', 'status', 'pencils');
  expect([nobody.exitCode, nobody.stderr]).toEqual([
    2,
    expect.stringMatching(
      errorHere(
        `there is no pool "pencils" running in the project "${project}", and no pool of this name is configured; did you mean "pens"?`,
      ),
    ),
  ]);
  run.signal('SIGTERM');
  await run.ended;
});

test.each([
  [['add', 'pens', '--id', 'x', '--capacity', '0'], 'pool "pens": capacity: expected number to be >=1, got 0'],
  [['add', 'pens', '--id', 'x', '--capacity', '-1'], 'pool "pens": capacity: expected number to be >=1, got -1'],
  [['add', 'pens', '--id', 'x', '--capacity', 'many'], 'pool "pens": capacity: expected number, got "many"'],
  [
    ['add', 'pens', '--id', 'x y', '--capacity', '1'],
    'pool "pens": id: expected letters, digits, ".", "_" or "-", at most 100, got "x y"',
  ],
  [['add', 'pens', '--id', 'x', '--capacity', '1', '--label', 'red'], '--label: expected key=value, got "red"'],
  [['add', 'pens', '--id', 'x'], "required option '--capacity <n>' not specified"],
  [['drain', 'pens'], "missing required argument 'id'"],
])('a wrong command line is rejected before a server is searched: pool %s', async (args, line) => {
  const { exitCode, stderr } = await place.baton('pool', ...args);
  expect([exitCode, stderr]).toEqual([2, `error: ${line}`]);
});
