// Ctrl-C, a closed terminal and SIGTERM, with the server that `run` itself has started.
import { expect, test } from 'vitest';
import { RunResult } from '../../src/domain/run-result.js';
import { isAlive } from '../../src/server/process-identity.js';
import { usePlace } from '../support/baton.js';

const { baton, json, spawn, write } = usePlace();

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
  await run.says('held running');
  return run;
}

test('Ctrl-C asks the run to cancel, and goes on showing it while it undoes its work', async () => {
  const run = await holding('once');
  run.signal('SIGINT');
  await run.says('asking the run to cancel; Ctrl-C again leaves it running');
  await run.says('first compensating');
  await write('undo-once', '');
  const { exitCode, stderr } = await run.ended;
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^⊘ cancelled in /m);
  expect(RunResult.parse(await json('result', 'once'))).toMatchObject({ status: 'cancelled', compensated: ['first'] });
});

test('a second Ctrl-C leaves the run, says how to follow it, and the next run of that id goes on with it', async () => {
  const run = await holding('again');
  run.signal('SIGINT');
  await run.says('first compensating');
  run.signal('SIGINT');
  const { exitCode, stderr } = await run.ended;
  expect(exitCode).toBe(1);
  expect(stderr).toContain('follow it: baton status again --watch');
  await write('undo-again', '');
  const next = await baton('run', 'again.json', '--id', 'again');
  expect(next.exitCode).toBe(1);
  expect(next.stderr).toContain('run again exists already, and goes on; this follows it');
  expect(RunResult.parse(await json('result', 'again'))).toMatchObject({ compensated: ['first'] });
});

test.each(['SIGHUP', 'SIGTERM'] as const)(
  'after %s the run is not cancelled: it goes on at the next run',
  async (signal) => {
    const run = await holding(signal);
    run.signal(signal);
    expect((await run.ended).exitCode).toBe(1);
    expect(isAlive(run.pid)).toBe(false);
    await write(`go-${signal}`, '');
    expect(await baton('run', `${signal}.json`, '--id', signal)).toMatchObject({ exitCode: 0 });
  },
);

test('a run that nobody works on shows what is due, and who would go on with it', async () => {
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
  await worker.says('worker ready');
  await write('go-alone', '');
  expect(await baton('result', 'alone')).toMatchObject({ exitCode: 0 });
  worker.signal('SIGTERM');
  expect((await worker.ended).exitCode).toBe(0);
});
