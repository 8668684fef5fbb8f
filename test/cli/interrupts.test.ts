// Ctrl-C, a closed terminal and SIGTERM.
import { describe, expect, test } from 'vitest';
import { RunResult } from '../../src/domain/run/result.js';
import { isAlive } from '../../src/system/process-identity.js';
import { useCliDirectory } from '../support/baton.js';
import { onTerminal } from '../support/terminal.js';

const place = useCliDirectory({ server: true });
const { baton, json, spawn, write } = place;
/** Here `run` itself starts the server, and the next command starts it again on its file. */
const alone = useCliDirectory();

const plan = (id: string) => ({
  name: id,
  tasks: {
    first: { agent: 'echo', input: 1, compensate: { agent: 'hold', input: { until: `undo-${id}` } } },
    held: { agent: 'hold', input: { until: `go-${id}` }, needs: ['first'] },
  },
});

async function holding(id: string, options: readonly string[] = [], { write, spawn } = place) {
  await write(`${id}.json`, plan(id));
  const run = spawn('run', `${id}.json`, '--id', id, ...options);
  await run.waitForLine('held running');
  return run;
}

test('run: without a terminal, the first Ctrl-C cancels the run, which is still shown while it undoes its work', async () => {
  const run = await holding('once');
  run.signal('SIGINT');
  await run.waitForLine('requesting the run to cancel');
  await run.waitForLine('Ctrl-C again detaches: the run stays cancelling, and the worker in this process ends');
  await run.waitForLine('first compensating');
  await write('undo-once', '');
  const { exitCode, stderr } = await run.ended;
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^⊘ cancelled in /m);
  expect(RunResult.parse(await json('result', 'once'))).toMatchObject({ status: 'cancelled', compensated: ['first'] });
});

test('run: the second Ctrl-C detaches from the cancelling run, prints how to follow it, and the next run of that id continues it', async () => {
  const run = await holding('again');
  run.signal('SIGINT');
  await run.waitForLine('first compensating');
  run.signal('SIGINT');
  const { exitCode, stderr } = await run.ended;
  expect(exitCode).toBe(1);
  expect(stderr).toContain(
    'run again is cancelling, and has not ended; the worker in this process ends\n' +
      'run "baton run", "baton dev" or "baton worker" in this directory to continue it',
  );
  expect(stderr).toContain('follow it: baton status again --watch');
  await write('undo-again', '');
  const next = await baton('run', 'again.json', '--id', 'again');
  expect(next.exitCode).toBe(1);
  expect(next.stderr).toContain('run again exists already and is in progress; this follows it');
  expect(RunResult.parse(await json('result', 'again'))).toMatchObject({ compensated: ['first'] });
});

test('run --on-interrupt detach: the first Ctrl-C leaves the run as it is', async () => {
  const run = await holding('detached', ['--on-interrupt', 'detach']);
  run.signal('SIGINT');
  const { exitCode, stderr } = await run.ended;
  expect(exitCode).toBe(1);
  expect(stderr).toContain('run detached has not ended; the worker in this process ends');
  expect(stderr).not.toContain('cancel');
  expect(RunResult.parse(await json('status', 'detached'))).toMatchObject({ status: 'running' });
});

test('run --on-interrupt: another word is refused', async () => {
  expect(await baton('run', 'x.json', '--on-interrupt', 'stop')).toMatchObject({
    exitCode: 2,
    stderr: 'error: --on-interrupt: expected cancel or detach, got "stop"',
  });
});

test.each(['SIGHUP', 'SIGTERM'] as const)(
  'run: after %s the run is not cancelled, and the next run continues it, on the server that the first had started',
  async (signal) => {
    const run = await holding(signal, [], alone);
    run.signal(signal);
    expect((await run.ended).exitCode).toBe(1);
    expect(isAlive(run.pid)).toBe(false);
    await alone.write(`go-${signal}`, '');
    expect(await alone.baton('run', `${signal}.json`, '--id', signal)).toMatchObject({ exitCode: 0 });
  },
);

/** Runs a plan on a terminal of its own, which `script` (util-linux) gives it. `type` presses keys. */
async function runOnTerminal(id: string, ...more: string[]) {
  await write(`${id}.json`, plan(id));
  const run = onTerminal(place.directory, 'run', `${id}.json`, '--id', id, ...more);
  await run.untilShown(/held hold running/);
  return run;
}

const CTRL_C = '\u0003';
const QUESTION = /interrupted: press d to detach \(the worker in this process ends[^]*, c to cancel the run/;

describe.runIf(process.platform === 'linux')('on a terminal, Ctrl-C asks', () => {
  test('d detaches: the run stays, and the next run continues it', async () => {
    const run = await runOnTerminal('asks-d');
    run.type(CTRL_C);
    await run.untilShown(QUESTION);
    run.type('d');
    const { exitCode, shown } = await run.ended;
    expect(exitCode).toBe(1);
    expect(shown).toContain('run asks-d has not ended; the worker in this process ends');
    expect(shown).not.toContain('requesting the run to cancel');
    await write('go-asks-d', '');
    expect(await baton('run', 'asks-d.json', '--id', 'asks-d')).toMatchObject({ exitCode: 0 });
  });

  test('c cancels, and the run is shown to its end', async () => {
    const run = await runOnTerminal('asks-c');
    run.type(CTRL_C);
    await run.untilShown(QUESTION);
    run.type('c');
    await run.untilShown(/requesting the run to cancel/);
    await write('undo-asks-c', '');
    const { exitCode, shown } = await run.ended;
    expect(exitCode).toBe(1);
    expect(shown).toMatch(/⊘ cancelled in /);
  });

  test('a second Ctrl-C detaches', async () => {
    const run = await runOnTerminal('asks-twice');
    run.type(CTRL_C);
    await run.untilShown(QUESTION);
    run.type(CTRL_C);
    const { exitCode, shown } = await run.ended;
    expect(exitCode).toBe(1);
    expect(shown).toContain('run asks-twice has not ended; the worker in this process ends');
    expect(RunResult.parse(await json('status', 'asks-twice'))).toMatchObject({ status: 'running' });
  });

  test('--on-interrupt cancel: nothing is asked', async () => {
    const run = await runOnTerminal('asks-not', '--on-interrupt', 'cancel');
    run.type(CTRL_C);
    await run.untilShown(/requesting the run to cancel/);
    await write('undo-asks-not', '');
    const { exitCode, shown } = await run.ended;
    expect(exitCode).toBe(1);
    expect(shown).not.toMatch(QUESTION);
  });
});

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
  const refused = await baton('pause', 'alone');
  expect(refused.exitCode).toBe(2);
  expect(refused.stderr).toMatch(/^error: no worker polls the Task Queue/);

  const worker = spawn('worker');
  await worker.waitForLine('worker ready');
  await write('go-alone', '');
  expect(await baton('result', 'alone')).toMatchObject({ exitCode: 0 });
  worker.signal('SIGTERM');
  expect((await worker.ended).exitCode).toBe(0);
});
