// Ctrl-C, a closed terminal and SIGTERM, with the server that `run` itself has started.
import { expect, test } from 'vitest';
import { RunResult } from '../../src/domain/run/result.js';
import { isAlive } from '../../src/system/process-identity.js';
import { useCliDirectory } from '../support/baton.js';

const { baton, json, spawn, write } = useCliDirectory();

const plan = (id: string) => ({
  name: id,
  tasks: {
    first: { agent: 'echo', input: 1, compensate: { agent: 'hold', input: { until: `undo-${id}` } } },
    held: { agent: 'hold', input: { until: `go-${id}` }, needs: ['first'] },
  },
});

async function holding(id: string) {
  await write(`${id}.json`, plan(id));
  const run = spawn('run', `${id}.json`, '--id', id);
  await run.waitForLine('held running');
  return run;
}

test('run: the first Ctrl-C cancels the run, which is still shown while it undoes its work', async () => {
  const run = await holding('once');
  run.signal('SIGINT');
  await run.waitForLine('requesting the run to cancel; Ctrl-C again leaves it running');
  await run.waitForLine('first compensating');
  await write('undo-once', '');
  const { exitCode, stderr } = await run.ended;
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^⊘ cancelled in /m);
  expect(RunResult.parse(await json('result', 'once'))).toMatchObject({ status: 'cancelled', compensated: ['first'] });
});

test('run: the second Ctrl-C leaves the run, prints how to follow it, and the next run of that id continues it', async () => {
  const run = await holding('again');
  run.signal('SIGINT');
  await run.waitForLine('first compensating');
  run.signal('SIGINT');
  const { exitCode, stderr } = await run.ended;
  expect(exitCode).toBe(1);
  expect(stderr).toContain('follow it: baton status again --watch');
  await write('undo-again', '');
  const next = await baton('run', 'again.json', '--id', 'again');
  expect(next.exitCode).toBe(1);
  expect(next.stderr).toContain('run again exists already and is in progress; this follows it');
  expect(RunResult.parse(await json('result', 'again'))).toMatchObject({ compensated: ['first'] });
});

test.each(['SIGHUP', 'SIGTERM'] as const)(
  'run: after %s the run is not cancelled, and the next run continues it',
  async (signal) => {
    const run = await holding(signal);
    run.signal(signal);
    expect((await run.ended).exitCode).toBe(1);
    expect(isAlive(run.pid)).toBe(false);
    await write(`go-${signal}`, '');
    expect(await baton('run', `${signal}.json`, '--id', signal)).toMatchObject({ exitCode: 0 });
  },
);

test('status: a run without a worker shows the calls that are due, and how to start a worker', async () => {
  const run = await holding('alone');
  run.signal('SIGTERM');
  await run.ended;
  const { exitCode, stdout, stderr } = await baton('status', 'alone');
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^alone · alone · ● running \(no-worker\)/);
  expect(stdout).toMatch(/^↻ held +hold +retrying/m);
  expect(stderr).toMatch(/^no worker polls the Task Queue "baton-[0-9a-f]{12}"; start one with "baton worker"/);
  expect(RunResult.parse(await json('status', 'alone'))).toMatchObject({
    status: 'running',
    pausedBecause: 'no-worker',
  });
  for (const command of ['result', 'pause']) {
    const refused = await baton(command, 'alone');
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toMatch(/^error: no worker polls the Task Queue/);
  }

  const worker = spawn('worker');
  await worker.waitForLine('worker ready');
  await write('go-alone', '');
  expect(await baton('result', 'alone')).toMatchObject({ exitCode: 0 });
  worker.signal('SIGTERM');
  expect((await worker.ended).exitCode).toBe(0);
});
