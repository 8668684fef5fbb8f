// Commands that act on all runs that a query finds.
import { beforeAll, afterAll, expect, test } from 'vitest';
import { freePort } from '../../src/system/ports.js';
import { useCliDirectory, type Running } from '../support/baton.js';

const place = useCliDirectory();
const { baton, json, spawn, write } = place;

let dev: Running;

beforeAll(async () => {
  dev = spawn('dev', '--port', String(await freePort()), '--ui-port', String(await freePort()));
  await dev.waitForLine('worker ready');
  await write('waits.json', { name: 'waits', tasks: { a: { agent: 'flaky', input: { until: 'never' } } } });
  await write('above.json', { name: 'above', tasks: { below: { plan: waits('below') } } });
  await write('echo.json', {
    name: 'echo',
    tasks: { a: { agent: 'echo', input: 1 } },
    output: '{% $tasks.a.output %}',
  });
});

afterAll(async () => {
  dev.signal('SIGTERM');
  await dev.ended;
});

const waits = (name: string) => ({ name, tasks: { pay: { agent: 'flaky', input: { until: 'back' } } } });

interface Many {
  readonly runs: readonly ({ readonly runId: string; readonly ok: boolean } & Record<string, unknown>)[];
}

/** Until the first attempt of the task has failed. */
async function untilRetrying(id: string, task: string): Promise<void> {
  for (;;) {
    const { tasks } = (await json('status', id)) as { tasks: Record<string, { status: string }> };
    if (tasks[task]?.status === 'retrying') return;
  }
}

test('cancel --query: cancels the runs in progress that the query finds, with the reason in their histories', async () => {
  for (const id of ['c1', 'c2']) await baton('run', 'waits.json', '--detach', '--id', id);
  const query = "BatonPlan = 'waits' AND WorkflowId STARTS_WITH 'c'";
  const refused = await baton('cancel', '--query', query);
  expect({ exitCode: refused.exitCode, stdout: refused.stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(refused.stderr).toContain('error: --yes: needed to cancel many runs without a terminal');
  const done = (await json('cancel', '--query', query, '--yes', '--reason', 'no longer needed')) as Many;
  expect(done).toMatchObject({ did: 'cancel', query, reason: 'no longer needed' });
  expect([...done.runs].sort((a, b) => a.runId.localeCompare(b.runId))).toEqual([
    { runId: 'c1', ok: true },
    { runId: 'c2', ok: true },
  ]);
  expect((await baton('result', 'c1')).exitCode).toBe(1);
  const again = await baton('cancel', '--query', query, '--yes');
  expect(again).toMatchObject({ exitCode: 0, stdout: '' });
  expect(again.stderr).toContain('the query finds no run in progress');
});

test('retry --query: makes the next attempts of waiting calls now, in sub-plans too', async () => {
  await baton('run', 'above.json', '--detach', '--id', 'r1');
  await untilRetrying('r1/below', 'pay');
  await write('back', '');
  const { runs } = (await json('retry', '--query', "WorkflowId = 'r1'", '--yes', '--reason', 'it is back')) as Many;
  expect(runs).toEqual([{ runId: 'r1', ok: true, tasks: ['below/pay'] }]);
  expect((await baton('result', 'r1')).exitCode).toBe(0);
});

test('rerun --query: starts a fork of each run that has ended', async () => {
  for (const id of ['e1', 'e2']) await baton('run', 'echo.json', '--id', id, '--quiet');
  const { runs } = (await json('rerun', '--query', "WorkflowId IN ('e1', 'e2')", '--from', 'a', '--yes')) as Many;
  expect(runs.map(({ runId, ok }) => ({ runId, ok }))).toEqual(
    expect.arrayContaining([
      { runId: 'e1', ok: true },
      { runId: 'e2', ok: true },
    ]),
  );
  for (const { runId, newRunId } of runs) {
    expect((await baton('result', String(newRunId))).stdout).toBe('1');
    expect(await json('status', String(newRunId))).toMatchObject({ forkOf: runId });
  }
});

test('a run on which it fails is reported, and the others are done', async () => {
  const { stdout, exitCode, stderr } = await baton('rerun', '--query', "WorkflowId = 'e1'", '--from', 'nope', '--yes');
  expect(exitCode).toBe(1);
  expect(stdout).toMatch(/^RUN +RESULT\ne1 +.*nope/);
  expect(stderr).toContain('run again: 0 runs; failed: 1 run');
});

test.each([
  [['cancel', '--query', "BatonPlan = 'x", '--yes'], 'error: query: invalid query: malformed SQL query'],
  [['cancel', '--query', "BatonPlan = 'x' ORDER BY StartTime", '--yes'], 'error: query: expected conditions only'],
  [['cancel', '--query', ' ', '--yes'], 'error: query: expected a query'],
  [['cancel', 'c1', '--query', "BatonPlan = 'x'"], 'error: --query: expected it without the id of a run, got "c1"'],
  [['cancel'], 'error: expected the id of a run, or --query'],
  [['retry', 'r1'], 'error: expected the id of a run, or --query'],
  [['cancel', 'c1', '--yes'], 'error: --yes: only with --query'],
  [['cancel', 'c1', '--reason', ' '], 'error: --reason: expected text of at most 500 characters'],
  [['rerun', '--query', "BatonPlan = 'x'", '--id', 'new'], 'error: --id: not possible with --query'],
])('refused: baton %j', async (args, line) => {
  const { exitCode, stdout, stderr } = await baton(...args);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toContain(line);
});
