// Every command against one server and one worker: those of `baton dev`, in the same directory.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { connect, type Baton } from '../../src/index.js';
import type { RunHandle } from '../../src/client/run-handle.js';
import { checkJsonSchema } from '../../src/json-schema.js';
import { RunResult } from '../../src/domain/run/result.js';
import { freePort } from '../../src/system/ports.js';
import { errorHere, useCliDirectory } from '../support/baton.js';

const place = useCliDirectory();
const { baton, json, spawn, write } = place;
let client: Baton;

const RunList = z.object({ runs: z.array(z.looseObject({ runId: z.string() })) });

beforeAll(async () => {
  const dev = spawn('dev', '--port', String(await freePort()), '--ui-port', String(await freePort()));
  await dev.waitForLine('worker ready');
  client = await connect({ directory: place.directory });
  await write(
    'greet.yaml',
    'name: greet\ntasks: { hello: { agent: echo, input: { to: "{% $input.to %}" } } }\noutput: "{% $tasks.hello.output.to %}"\n',
  );
  await write('ask.json', {
    name: 'ask',
    tasks: { ok: { approve: { title: 'May I?' } }, then: { agent: 'echo', input: 1, needs: ['ok'] } },
    output: '{% $tasks.ok.output %}',
  });
  await write('wait.json', {
    name: 'wait',
    tasks: { paid: { event: 'paid' }, then: { agent: 'echo', input: '{% $tasks.paid.output %}' } },
    output: '{% $tasks.then.output %}',
  });
  await write('broken.json', {
    name: 'broken',
    tasks: { undo: { agent: 'echo', compensate: { agent: 'echo' } }, bad: { agent: 'broken', needs: ['undo'] } },
  });
  await write('flaky.json', {
    name: 'flaky',
    tasks: { try: { agent: 'flaky', input: { until: 'mended' } } },
    output: '{% $tasks.try.output %}',
  });
});

afterAll(() => client?.close());

/** Starts a run for the worker of `dev`. Most tests are about other commands than `run`, which takes a process and a worker of its own. */
const start = (plan: string, id: string, input?: unknown): Promise<RunHandle> =>
  client.start(join(place.directory, plan), { id, input });

/** A run on the worker of `dev` that waits in `task` until a message arrives. */
async function waitingRun(plan: string, id: string, task: string): Promise<RunHandle> {
  const run = await start(plan, id);
  await expect.poll(async () => (await run.snapshot()).tasks[task]?.status, { timeout: 30_000 }).toBe('running');
  return run;
}

test('run: the output is printed on stdout, and a line for each change of a task on stderr', async () => {
  const { exitCode, stdout, stderr } = await baton('run', 'greet.yaml', '--input', '{"to":"you"}', '--id', 'greet-1');
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'you' });
  expect(stderr).toMatch(/^run greet-1 · http:\/\/127\.0\.0\.1:\d+\/namespaces\/default\/workflows\/greet-1$/m);
  expect(stderr).toMatch(/^\d\d:\d\d:\d\d hello succeeded \d+\.\ds$/m);
  expect(stderr).toMatch(/^✓ completed in .* · 1 task: 1 succeeded · 1 call$/m);
});

test('run --json: one RunResult is printed', async () => {
  const result = RunResult.parse(await json('run', 'greet.yaml', '--input', '{"to":{"a":1}}'));
  expect(result).toMatchObject({ plan: 'greet', status: 'completed', output: { a: 1 } });
  expect(result.tasks).toMatchObject({
    hello: { status: 'succeeded', agent: 'echo', attempts: 1, output: { to: { a: 1 } } },
  });
});

test('run --quiet: stderr is empty', async () => {
  expect(await baton('run', 'greet.yaml', '--input', '{"to":1}', '--quiet')).toEqual({
    exitCode: 0,
    stdout: '1',
    stderr: '',
  });
});

test('run --input @FILE: the input is read from a file', async () => {
  await write('input.json', '{"to":"file"}');
  expect(await baton('run', 'greet.yaml', '--input', '@input.json')).toMatchObject({ exitCode: 0, stdout: 'file' });
});

test('run: a failed run exits with 1, and names the task, the reason and the undone tasks', async () => {
  const { exitCode, stdout, stderr } = await baton('run', 'broken.json', '--id', 'broken-1');
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(stderr).toContain('bad failed');
  expect(stderr).toContain('"node" exited with 1: it is broken');
  expect(stderr).toMatch(/^ {2}undone: undo$/m);
  expect(RunResult.parse(await json('result', 'broken-1'))).toMatchObject({
    status: 'failed',
    compensated: ['undo'],
    failure: { task: 'bad' },
  });
  expect((await baton('result', 'broken-1')).exitCode).toBe(1);
  expect((await baton('status', 'broken-1')).exitCode).toBe(0);
});

test('run --id: for an ended run of this id, its result is printed and nothing is started', async () => {
  await (await start('greet.yaml', 'twice', { to: 'first' })).result();
  const again = await baton('run', 'greet.yaml', '--input', '{"to":"first"}', '--id', 'twice');
  expect(again).toMatchObject({ exitCode: 0, stdout: 'first' });
  expect(again.stderr).toContain('run twice exists already and has ended; this is its result');
});

test('run --id: a run of this id that is in progress is followed', async () => {
  const first = await waitingRun('ask.json', 'both', 'ok');
  const second = spawn('run', 'ask.json', '--id', 'both');
  await second.waitForLine('run both exists already and is in progress; this follows it');
  await baton('approve', 'both', 'ok');
  expect((await second.ended).stdout).toBe(JSON.stringify((await first.result()).output, null, 2));
});

test('run --detach: the polling worker executes the run, and its id is printed', async () => {
  const { exitCode, stdout } = await baton('run', 'greet.yaml', '--input', '{"to":"away"}', '--id', 'away', '--detach');
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'away' });
  expect(await baton('result', 'away')).toMatchObject({ exitCode: 0, stdout: 'away' });
  expect(await json('run', 'greet.yaml', '--input', '{"to":"away"}', '--id', 'away', '--detach')).toEqual({
    runId: 'away',
    status: 'completed',
    isNew: false,
    taskQueue: 'baton',
  });
});

test('run --detach: a Task Queue without a worker is rejected, and the error has the command that starts one', async () => {
  const { exitCode, stderr } = await baton(
    'run',
    'greet.yaml',
    '--detach',
    '--task-queue',
    'nobody',
    '--input',
    '{"to":1}',
  );
  expect(exitCode).toBe(2);
  expect(stderr).toMatch(
    errorHere('--detach: no worker polls the Task Queue "nobody"; start one with "baton worker --task-queue nobody"'),
  );
});

test('approve: run prints the command, the run continues after it, and the comment is in the output', async () => {
  const run = spawn('run', 'ask.json', '--id', 'ask-yes');
  expect(await run.waitForLine('ok running')).toContain('waits for an answer: May I? (baton approve ask-yes ok)');
  expect(await json('approve', 'ask-yes', 'ok', '--comment', 'fine')).toEqual({
    did: 'approve',
    runId: 'ask-yes',
    task: 'ok',
  });
  const { exitCode, stdout } = await run.ended;
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ comment: 'fine' });
});

test('approve --reject: the task fails', async () => {
  const run = await waitingRun('ask.json', 'ask-no', 'ok');
  expect(await baton('approve', 'ask-no', 'ok', '--reject')).toMatchObject({ exitCode: 0, stderr: 'rejected: ok' });
  expect(RunResult.parse(await run.result()).tasks['ok']?.failure?.type).toBe('Rejected');
});

test('approve: a task that is not an approval is rejected with the reason', async () => {
  const run = await waitingRun('ask.json', 'ask-what', 'ok');
  expect(await baton('approve', 'ask-what', 'then')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringMatching(errorHere('task then is not an approval: it is of kind agent')) as unknown,
  });
  expect(await baton('approve', 'ask-what', 'okk')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringMatching(errorHere('run ask-what has no task "okk"; did you mean "ok"?')) as unknown,
  });
  await run.cancel();
});

test('event: its data becomes the output of the task', async () => {
  const run = await waitingRun('wait.json', 'wait-1', 'paid');
  const delivered = await baton('event', 'wait-1', 'paid', '--data', '{"euro":5}');
  expect(delivered).toEqual({ exitCode: 0, stdout: '', stderr: 'delivered: paid; task paid was waiting for it' });
  expect((await run.result()).output).toEqual({ euro: 5 });
});

test('event: one that no task takes is refused, and one that is repeated under its id is received once', async () => {
  await write('two.json', { name: 'two', tasks: { a: { event: 'paid' }, b: { event: 'sent', needs: ['a'] } } });
  const run = await waitingRun('two.json', 'two-1', 'a');
  expect(await baton('event', 'two-1', 'padi')).toEqual({
    exitCode: 2,
    stdout: '',
    stderr: expect.stringMatching(
      errorHere(
        'event: expected a name that a task of run two-1 waits for ("paid", "sent"), got "padi"; did you mean "paid"?',
      ),
    ) as unknown,
  });
  const sent = { did: 'event', runId: 'two-1', event: 'sent', state: 'kept', tasks: ['b'] };
  expect(await json('event', 'two-1', 'sent', '--id', 'e-1')).toEqual(sent);
  expect(await json('event', 'two-1', 'sent', '--id', 'e-1')).toEqual(sent);
  expect((await baton('event', 'two-1', 'paid')).exitCode).toBe(0);
  expect((await run.result()).status).toBe('completed');
  expect(await baton('event', 'two-1', 'paid')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringMatching(errorHere('run two-1 has ended (completed)')) as unknown,
  });
});

test('pause, resume: a paused run is shown as paused, starts no task, and continues when it is resumed', async () => {
  const run = await waitingRun('ask.json', 'pause-1', 'ok');
  expect(await baton('pause', 'pause-1')).toMatchObject({
    exitCode: 0,
    stderr: 'run pause-1 is paused: no task starts, tasks in progress continue',
  });
  expect(RunResult.parse(await json('status', 'pause-1'))).toMatchObject({ status: 'paused', pausedBecause: 'user' });
  expect((await baton('status', 'pause-1')).stdout).toContain('ask · pause-1 · ‖ paused (user)');
  await run.approve('ok');
  await expect.poll(async () => (await run.snapshot()).tasks['ok']?.status).toBe('succeeded');
  expect(await json('resume', 'pause-1')).toEqual({ did: 'resume', runId: 'pause-1' });
  expect((await run.result()).status).toBe('completed');
  expect(await baton('pause', 'pause-1')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringMatching(errorHere('run pause-1 has ended (completed)')) as unknown,
  });
});

test('budget: a run at the end of its budget is shown so, and continues after --add', async () => {
  await write('two.json', { name: 'two', tasks: { a: { agent: 'echo' }, b: { agent: 'echo', needs: ['a'] } } });
  const run = spawn('run', 'two.json', '--id', 'spent-1', '--budget', '{"calls":1}');
  expect(await run.waitForLine('paused:')).toContain('baton budget spent-1 --add JSON');
  expect(RunResult.parse(await json('status', 'spent-1'))).toMatchObject({
    status: 'paused',
    pausedBecause: 'budget-exceeded',
    budget: { limits: { calls: 1 }, spent: { calls: 1 } },
  });
  const { stdout } = await baton('status', 'spent-1');
  expect(stdout).toContain('two · spent-1 · ‖ paused (budget-exceeded)');
  expect(stdout).toContain('budget: calls 1 of 1');
  expect(await json('budget', 'spent-1', '--add', '{"calls":1}')).toEqual({
    did: 'budget',
    runId: 'spent-1',
    add: { calls: 1 },
  });
  expect(await run.ended).toMatchObject({ exitCode: 0 });
});

test('run --budget: an invalid budget is rejected before anything starts', async () => {
  const asked = '{"calls":{"soft":5,"hard":1},"euro":3}';
  expect(await baton('run', 'greet.yaml', '--input', '{"to":1}', '--budget', asked)).toMatchObject({
    exitCode: 2,
    stderr:
      'error: budget.calls.soft: expected at most the hard limit, 1, got 5\nerror: budget.euro: unknown key "euro"; known here: calls, tokens, usd, duration',
  });
  expect(await baton('budget', 'any', '--add', '{"calls":0}')).toMatchObject({
    exitCode: 2,
    stderr: 'error: add.calls: expected at least 1, got 0',
  });
});

test('cancel: the run ends, and a command that follows it exits with 1', async () => {
  const run = spawn('run', 'ask.json', '--id', 'cancel-1');
  await run.waitForLine('ok running');
  expect(await baton('cancel', 'cancel-1')).toMatchObject({
    exitCode: 0,
    stderr: 'run cancel-1 is cancelling; it undoes its work first: baton status cancel-1 --watch',
  });
  expect((await run.ended).exitCode).toBe(1);
  expect(RunResult.parse(await json('result', 'cancel-1'))).toMatchObject({ status: 'cancelled' });
});

test('retry: the next attempt starts immediately', async () => {
  // The command knows from the configuration when the agent is called again.
  await baton('run', 'flaky.json', '--id', 'flaky-1', '--detach');
  const run = client.run('flaky-1');
  await expect.poll(async () => (await run.snapshot()).tasks['try']?.status, { timeout: 30_000 }).toBe('retrying');
  expect((await baton('status', 'flaky-1')).stdout).toMatch(/↻ try +flaky +retrying .* attempt \d+/);
  await write('mended', '');
  expect(await baton('retry', 'flaky-1', 'try')).toMatchObject({ exitCode: 0, stderr: 'retried: try' });
  expect(await run.result()).toMatchObject({ status: 'completed' });
});

test('skip: a task that has not started is skipped', async () => {
  const run = await waitingRun('ask.json', 'skip-1', 'ok');
  expect(await json('skip', 'skip-1', 'then')).toEqual({ did: 'skip', runId: 'skip-1', task: 'then' });
  await run.approve('ok');
  expect((await run.result()).tasks['then']?.status).toBe('skipped');
});

test('status --watch: ends when the run ends, with exit code 0', async () => {
  const run = await waitingRun('ask.json', 'watch-1', 'ok');
  const watch = spawn('status', 'watch-1', '--watch');
  await watch.waitForLine('ok running');
  await run.approve('ok', { reject: true });
  expect((await watch.ended).exitCode).toBe(0);
});

test('status --watch: Ctrl-C has no effect on the run', async () => {
  const run = await waitingRun('ask.json', 'watch-2', 'ok');
  const watch = spawn('status', 'watch-2', '--watch');
  await watch.waitForLine('ok running');
  watch.signal('SIGINT');
  expect((await watch.ended).exitCode).toBe(0);
  expect((await run.snapshot()).status).toBe('running');
  await run.cancel();
});

test('runs: runs are listed with plan and status', async () => {
  await (await start('greet.yaml', 'listed', { to: 1 })).result();
  // Lists lag behind the runs themselves.
  await expect
    .poll(async () => (await baton('runs', '--limit', '100')).stdout, { timeout: 30_000 })
    .toMatch(/^listed +greet +completed +\d{4}-/m);
  const { runs } = RunList.parse(await json('runs', '--limit', '100'));
  expect(runs.find(({ runId }) => runId === 'listed')).toMatchObject({ plan: 'greet', status: 'completed' });
});

test('graph: a plan is drawn, and a run with its statuses', async () => {
  expect((await baton('graph', 'ask.json')).stdout).toContain('ask · 2 tasks');
  await (await start('greet.yaml', 'drawn', { to: 1 })).result();
  expect((await baton('graph', 'drawn')).stdout).toContain('✓ 1 succeeded');
  expect((await baton('graph', 'drawn', '--format', 'mermaid')).stdout).toMatch(/^flowchart/m);
  expect(await baton('graph', 'drawn', '--format', 'svg', '-o', 'drawn.svg')).toMatchObject({
    exitCode: 0,
    stdout: '',
  });
  expect(await readFile(join(place.directory, 'drawn.svg'), 'utf8')).toMatch(/^<svg/);
  expect(await json('graph', 'drawn')).toMatchObject({ name: 'greet', tasks: [{ id: 'hello', status: 'succeeded' }] });
});

test('status, result: a run that does not exist is rejected, with a suggestion', async () => {
  await (await start('greet.yaml', 'meant-this', { to: 1 })).result();
  await expect
    .poll(async () => (await baton('status', 'ment-this')).stderr, { timeout: 30_000 })
    .toMatch(errorHere('there is no run "ment-this" on this server; did you mean "meant-this"?'));
  expect(await json('result', 'no-such-run-at-all')).toMatchObject({
    error: {
      type: 'RunNotFound',
      server: { address: expect.stringMatching(/^127\.0\.0\.1:\d+$/) as string, namespace: 'default' },
    },
  });
});

test('run --id: an id with unusual characters works in every command', async () => {
  const id = `it's a "run"/ü €`;
  expect(await baton('run', 'greet.yaml', '--input', '{"to":1}', '--id', id)).toMatchObject({ exitCode: 0 });
  expect((await baton('status', id)).stdout).toContain(id);
});

test('agents, setup: agents are listed, and the search attributes are found', async () => {
  expect((await baton('agents')).stdout).toMatch(/^echo +command +Answers its input$/m);
  expect(await json('agents')).toMatchObject({
    agents: [
      { type: 'echo', kind: 'command' },
      { type: 'hold' },
      { type: 'broken' },
      { type: 'flaky', retry: { attempts: 9 } },
    ],
  });
  expect(await json('setup')).toMatchObject({
    added: [],
    present: [
      'BatonPlan',
      'BatonStatus',
      'BatonFailedTask',
      'BatonForkOf',
      'BatonTenant',
      'BatonState',
      'BatonDebt',
      'BatonCorrelationId',
    ],
  });
});

test('schema: a JSON Schema is printed', async () => {
  expect(checkJsonSchema(await json('schema'))).toEqual([]);
});
