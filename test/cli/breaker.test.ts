// `baton breaker` beside the worker of `baton dev`.
import { beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { projectNear } from '../../src/project.js';
import { freePort } from '../../src/system/ports.js';
import { errorHere, useCliDirectory } from '../support/baton.js';

const place = useCliDirectory();
const { baton, json, spawn, write } = place;

const Looks = z.object({
  breakers: z.array(z.looseObject({ agent: z.string(), phase: z.string(), project: z.string() })),
});

/** Exit 75 is a failure that may pass. */
const CONFIG = `
agents:
  - { type: plain, kind: command, command: [node, agent.js] }
  - type: shaky
    kind: command
    command: [node, -e, process.exit(75)]
    retry: { attempts: 1 }
    breaker: { window: { count: 4 }, minCalls: 2, openFor: 1h }
  - { type: sturdy, kind: command, command: [node, agent.js], breaker: {} }
`;

beforeAll(async () => {
  await write('baton.config.yaml', CONFIG);
  await write('shaky.yaml', 'name: shaky\ntasks: { a: { agent: shaky, deadline: 2s } }\n');
  const dev = spawn('dev', '--port', String(await freePort()), '--ui-port', String(await freePort()));
  await dev.waitForLine('worker ready');
});

const looks = async (...args: string[]) => Looks.parse(await json('breaker', ...args)).breakers;

test('breaker: unused breakers are closed, and agents without a breaker are not listed', async () => {
  const { exitCode, stdout } = await baton('breaker');
  expect(exitCode).toBe(0);
  expect(stdout.split('\n').map((line) => line.split(/\s{2,}/).slice(0, 4))).toEqual([
    ['AGENT', 'STATE', 'FOR', 'FAILED'],
    ['shaky', 'closed', 'idle', 'no calls'],
    ['sturdy', 'closed', 'idle', 'no calls'],
  ]);
});

test('breaker: an open breaker shows its failed calls and the time until calls may try; --reset closes it', async () => {
  for (const id of ['one', 'two']) {
    expect((await baton('run', 'shaky.yaml', '--id', id)).exitCode).toBe(1);
  }
  await expect.poll(async () => (await looks('shaky'))[0]?.phase).toBe('open');
  const { stdout } = await baton('breaker', 'shaky');
  expect(stdout).toMatch(/shaky {2}open {3}.*█{10} 2 of 2 \(opens at 50 %\).*calls may try in (1h 0m|59m \d+s)/);
  expect(stdout).toContain(projectNear({}, place.directory));
  const refused = await baton('run', 'shaky.yaml', '--id', 'three', '--task-queue', 'baton');
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toContain('agent "shaky" was not called: its circuit breaker is open: 2 of 2 calls failed');
  expect(await looks('shaky', '--reset')).toMatchObject([
    { agent: 'shaky', phase: 'closed', project: projectNear({}, place.directory) },
  ]);
});

test('breaker: --open opens it permanently, --open --for opens it for a time, --close closes it', async () => {
  expect(await looks('sturdy', '--open')).toMatchObject([{ phase: 'forced-open' }]);
  expect(await looks('sturdy', '--open', '--for', '10m')).toMatchObject([{ phase: 'open', waitMs: 600_000 }]);
  await expect.poll(async () => (await looks('sturdy'))[0]?.waitMs).toBeLessThan(600_000);
  expect(await looks('sturdy', '--close')).toMatchObject([{ phase: 'forced-closed' }]);
  expect((await looks()).map(({ agent }) => agent).sort()).toEqual(['shaky', 'sturdy']);
});

test('breaker: each wrong command line is rejected with one line', async () => {
  const error = async (...args: string[]) => {
    const { exitCode, stderr } = await baton('breaker', ...args);
    return [exitCode, stderr];
  };
  expect(await error('--open')).toEqual([2, 'error: --open requires the type of an agent']);
  expect(await error('shaky', '--open', '--close')).toEqual([
    2,
    'error: expected one of --open, --close and --reset, got --open and --close',
  ]);
  expect(await error('shaky', '--for', '1m')).toEqual([2, 'error: --for requires --open']);
  expect(await error('shaky', '--open', '--for', 'soon')).toEqual([
    2,
    'error: --for: expected a duration longer than zero and of at most ten years, such as "250ms", "30s", "5m", "1h30m" or "3d", got "soon"',
  ]);
  expect(await error('plain')).toEqual([
    2,
    expect.stringMatching(errorHere('agent "plain" has no circuit breaker: its settings have no "breaker"')),
  ]);
  expect(await error('shakey', '--reset')).toEqual([
    2,
    expect.stringMatching(
      errorHere(
        `there is no circuit breaker of an agent "shakey" in the project "${projectNear({}, place.directory)}", and no such agent is configured; did you mean "shaky"?`,
      ),
    ),
  ]);
});

/** At the end of a problem of a configuration: file, line and column. */
const PLACE = / \(bad\.yaml:1:\d+\)$/;

test('breaker: invalid settings are rejected when the configuration is loaded, and the error names the agent', async () => {
  const bad = async (breaker: string) => {
    await write('bad.yaml', `agents: [{ type: x, kind: command, command: [node], breaker: ${breaker} }]`);
    return (await baton('agents', '--config', 'bad.yaml')).stderr.replace(PLACE, '');
  };
  expect(await bad('{ failureRate: 120 }')).toMatch(
    /^error: bad\.yaml: agents\[0\]: agent "x": breaker\.failureRate: expected a percentage from 1 to 100, such as "50%", got 120$/,
  );
  expect(await bad('{ failureRate: 120% }')).toMatch(/agent "x": breaker\.failureRate: expected .*"50%".*got "120%"$/);
  expect(await bad('{ minCalls: 0 }')).toMatch(/agent "x": breaker\.minCalls: .*got 0$/);
  expect(await bad('{ openFor: soon }')).toMatch(/agent "x": breaker\.openFor: .*got "soon"$/);
  expect(await bad('{ window: { count: 5, time: 1s } }')).toMatch(
    /agent "x": breaker\.window: expected either \{ count: 100 \} or \{ time: "1m" \}, got \{"count":5,"time":"1s"\}$/,
  );
  expect(await bad('{ window: { cont: 5 } }')).toMatch(/breaker\.window: expected either .*, got \{"cont":5\}$/);
  expect(await bad('{ openFor: { factor: 2 } }')).toMatch(
    /breaker\.openFor: expected a duration such as "30s", or .*, got \{"factor":2\}$/,
  );
  expect(await bad('{ openFor: { initial: 10s, max: 1s } }')).toMatch(
    /breaker\.openFor\.max: expected at least initial, "10s", got "1s"$/,
  );
  expect(await bad('{ slowRate: 50% }')).toMatch(
    /breaker\.slowRate: slowRate needs slowCall: without it no call counts as slow$/,
  );
  expect(await bad('{ windw: 3 }')).toMatch(/agent "x": .*unknown key "windw"/);
});
