// `baton doctor` names what is wrong with server, workers and runs; `baton sweep` ends what no worker uses any more.
import { beforeAll, expect, test } from 'vitest';
import { freePort } from '../../src/system/ports.js';
import { useCliDirectory, type Running } from '../support/baton.js';

const place = useCliDirectory();
const { baton, json, spawn, write } = place;

const CONFIG = `
agents:
  - { type: echo, kind: command, command: [node, agent.js] }
  - { type: hold, kind: command, command: [node, agent.js, hold], killAfter: 200ms }
  - { type: failing, kind: command, command: [node, agent.js, broken], retry: { attempts: 2, initial: 1h, max: 1h }, breaker: { minCalls: 1, openFor: 1h } }
`;

interface Report {
  readonly ok: boolean;
  readonly checks: readonly { readonly check: string; readonly findings: readonly { readonly problem: string }[] }[];
}

const problemsOf = ({ checks }: Report): string[] =>
  checks.flatMap(({ findings }) => findings.map((one) => one.problem));

let dev: Running;

beforeAll(async () => {
  await write('baton.config.yaml', CONFIG);
  dev = spawn('dev', '--port', String(await freePort()), '--ui-port', String(await freePort()));
  await dev.waitForLine('worker ready');
});

test('nothing is wrong: every check is listed, and the exit code is 0', async () => {
  const { exitCode, stdout, stderr } = await baton('doctor');
  expect(exitCode).toBe(0);
  expect(stdout.split('\n').map((line) => line.replace(/^ok +/, ''))).toEqual([
    'namespace',
    'search attributes',
    'task queues',
    'versions of workers',
    'circuit breakers',
    'pools',
    'runs',
    'breakers and pools without users',
    'subscriptions',
  ]);
  expect(stderr).toContain('nothing is wrong');
});

test('an open breaker and a run without progress are named, a run that waits is not', async () => {
  await write('fails.json', { name: 'fails', tasks: { a: { agent: 'failing' } } });
  await write('hangs.json', { name: 'hangs', tasks: { a: { agent: 'hold', input: { until: 'never' } } } });
  await write('waits.json', { name: 'waits', tasks: { a: { wait: '1h' }, b: { approve: { title: 'ok?' } } } });
  for (const name of ['fails', 'hangs', 'waits']) await baton('run', `${name}.json`, '--detach', '--id', name);
  let report: Report;
  do report = (await json('doctor', '--stale', '2s')) as Report;
  while (problemsOf(report).length < 3);
  expect(report.ok).toBe(false);
  expect(problemsOf(report)).toEqual([
    expect.stringMatching(
      /^the circuit breaker of "failing" has been open for .+: its calls wait or go to a fallback$/,
    ),
    expect.stringMatching(/^run (hangs|fails) has made no progress for .+: a \((hold|failing)\) is in progress$/),
    expect.stringMatching(/^run (hangs|fails) has made no progress for .+: a \((hold|failing)\) is in progress$/),
  ]);
  expect(problemsOf((await json('doctor', '--stale', '1h')) as Report)).toHaveLength(1);
});

test('without workers: the Task Queue is named with its runs, and sweep ends the breaker that no worker uses', async () => {
  dev.signal('SIGKILL');
  await dev.ended;
  const problems = problemsOf((await json('doctor', '--stale', '1s')) as Report);
  expect(problems).toEqual([
    expect.stringMatching(/^no worker polls the Task Queue "baton": 3 runs wait \(/),
    expect.stringMatching(/^baton-breaker\/.+\/failing has had no worker since 20/),
  ]);
  const ended = [expect.stringMatching(/^baton-breaker\/.+\/failing$/)];
  expect(await json('sweep', '--stale', '1s', '--dry-run')).toMatchObject({ ended, dryRun: true });
  expect(await json('sweep', '--stale', '1s')).toMatchObject({ ended, dryRun: false });
  expect(await json('sweep', '--stale', '1s')).toMatchObject({ ended: [] });
});

test.each([
  [['doctor', '--stale', 'soon'], 'error: --stale: expected a duration, such as "1h", got "soon"'],
  [['doctor', '--address', '127.0.0.1:1'], 'error: '],
])('refused: baton %j', async (args, line) => {
  const { exitCode, stderr } = await baton(...args);
  expect(exitCode).toBe(args.includes('--address') ? 3 : 2);
  expect(stderr).toContain(line);
});
