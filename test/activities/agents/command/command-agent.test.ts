import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { commandAgent, type CommandAgentOptions } from '../../../../src/activities/agents/command/command-agent.js';
import { call, environment, failureOf } from '../../call.js';
import { gone, isGone, pidsIn } from './processes.js';

const fixture = (name: string) => fileURLToPath(new URL(`../../../fixtures/agents/${name}`, import.meta.url));

type More = Partial<CommandAgentOptions<unknown, unknown>>;
const command = (name: string, args: string[] = [], more: More = {}) =>
  commandAgent({ type: 'x', command: [process.execPath, fixture(name), ...args], ...more });

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'baton-command-'))));
afterAll(() => rm(folder, { recursive: true }));

describe('commandAgent', () => {
  test('a command gets its input on stdin and its call in the environment, and answers on stdout', async () => {
    const agents = [command('echo.js', ['a b', '$HOME;ls'], { cwd: folder, env: { BATON_MINE: 'yes' } })];
    const request = { input: { text: 'é"\n' }, item: 4 };
    const { output } = await call({ agents, request, info: { attempt: 3 } });
    expect(output).toMatchObject({
      input: { text: 'é"\n' },
      args: ['a b', '$HOME;ls'],
      cwd: folder,
      called: {
        BATON_IDEMPOTENCY_KEY: 'run-1/a',
        BATON_RUN_ID: 'run-1',
        BATON_TASK_ID: 'a',
        BATON_ATTEMPT: '3',
        BATON_ITEM_INDEX: '4',
        BATON_MINE: 'yes',
      },
    });
  });

  test('a command may leave its input unread, however large it is', async () => {
    const request = { input: 'x'.repeat(1_500_000) };
    expect((await call({ agents: [command('deaf.js')], request })).output).toBe('did not listen');
  });

  test('the output of a command is read to its end, up to the limit', async () => {
    const request = { input: 'x'.repeat(1_500_000) };
    const { output } = await call({ agents: [command('echo.js')], request });
    expect(output).toMatchObject({ input: request.input });
  });

  test('a command notes progress on stderr; other lines are logged', async () => {
    const env = environment();
    const [beats, lines, warned]: [unknown[], string[], string[]] = [[], [], []];
    env.on('heartbeat', (details) => beats.push(details));
    const debug = (line: string) => void lines.push(line);
    const log = { debug, info() {}, warn: (line: string) => void warned.push(line), error() {} };
    await call({ agents: [command('progress.js')], deps: { log } }, env);
    expect(beats).toMatchObject([{ progress: { done: 1 } }, { progress: { done: 2 } }]);
    expect(lines).toEqual(['reading files', 'no line break']);
    expect(warned).toEqual(['ignored: ::progress: expected JSON, got not json']);
  });

  test('a command may get arguments made of its input, and have its text parsed', async () => {
    const linter = commandAgent({
      type: 'linter',
      command: [process.execPath, fixture('finds.js')],
      input: z.object({ files: z.array(z.string()) }),
      output: z.object({ findings: z.array(z.string()), clean: z.boolean() }),
      successExits: [0, 1],
      args: ({ files }) => files,
      parse: ({ stdout, exitCode }) => ({ findings: stdout.split('\n').filter(Boolean), clean: exitCode === 0 }),
    });
    const findings = async (files: string[]) =>
      (await call({ agents: [linter], request: { input: { files } } })).output;
    expect(await findings(['a.ts'])).toEqual({ findings: ['a.ts: problem'], clean: false });
    expect(await findings([])).toEqual({ findings: [], clean: true });
  });

  test('a command may answer text', async () => {
    const agents = [command('finds.js', ['a'], { format: 'text', successExits: [1] })];
    expect((await call({ agents })).output).toBe('a: problem');
  });

  test('a command with arguments made of its input has an empty stdin, unless stdin is made too', async () => {
    const bare = command('echo.js', [], { args: () => ['--fast'] });
    expect((await call({ agents: [bare] })).output).toMatchObject({ input: 'nothing', args: ['--fast'] });
    const both = command('echo.js', [], { args: () => [], stdin: () => '5' });
    expect((await call({ agents: [both] })).output).toMatchObject({ input: 5 });
  });
});

describe('commandAgent: failures', () => {
  test('the failure of a command that exits with an error has the exit code and the last line of stderr', async () => {
    const failure = await failureOf(call({ agents: [command('fail.js', ['3'])] }));
    expect(failure.message).toBe(`"${process.execPath}" exited with 3: the disk is full`);
    expect(failure.detail).toMatchObject({ cause: 'first line\nthe disk is full', details: { exitCode: 3 } });
  });

  test.each(['1', '2', '64', '75', '125', '128', '137', '255'])('exit code %s is retried', async (code) => {
    expect(await failureOf(call({ agents: [command('fail.js', [code])] }))).toMatchObject({
      type: 'AgentFailed',
      nonRetryable: false,
      detail: { details: { exitCode: Number(code) } },
    });
  });

  test.each([
    ['126', []],
    ['127', []],
    ['127', [3]],
    ['3', [3, 65]],
    ['65', [3, 65]],
  ])('exit code %s is not retried with the fatal exits %j', async (code, fatalExits) => {
    expect(await failureOf(call({ agents: [command('fail.js', [code], { fatalExits })] }))).toMatchObject({
      type: 'AgentRefused',
      nonRetryable: true,
      detail: { details: { exitCode: Number(code) } },
    });
  });

  test('an exit code that is not fatal is retried, although others are', async () => {
    const agents = [command('fail.js', ['4'], { fatalExits: [3] })];
    expect(await failureOf(call({ agents }))).toMatchObject({ type: 'AgentFailed', nonRetryable: false });
  });

  test('successExits takes precedence: 127 may mean success', async () => {
    const agents = [command('fail.js', ['127'], { successExits: [0, 127], format: 'text' })];
    expect((await call({ agents })).output).toBe('');
  });

  test.each([
    [{ fatalExits: [0] }, 0],
    [{ successExits: [0, 3], fatalExits: [2, 3] }, 3],
  ])('an exit code that means success cannot be fatal: %j', (settings, code) => {
    expect(() => command('fail.js', [], settings)).toThrow(
      `agent "x": fatalExits: expected exit codes of failures, got ${code}, which means success`,
    );
  });

  test('retryableExits is refused, and the message says what replaces it', () => {
    const options: object = { type: 'x', command: ['node'], retryableExits: [3] };
    expect(() => commandAgent(options as CommandAgentOptions<unknown, unknown>)).toThrow(
      'agent "x": retryableExits: this setting is replaced by fatalExits: every exit code other than 0, 126 and 127 is retried ' +
        'now, as retry says; remove retryableExits, and list in fatalExits the exit codes that must not be retried',
    );
  });

  test('an uncaught exception of Python is retried; its failure states the exception, and its cause has the traceback', async () => {
    const script = 'def parse():\n  raise ValueError("no number")\nparse()\n';
    const agents = [commandAgent({ type: 'x', command: ['python3', '-c', script] })];
    const failure = await failureOf(call({ agents }));
    expect(failure).toMatchObject({ type: 'AgentFailed', nonRetryable: false });
    expect(failure.message).toBe('"python3" exited with 1: ValueError: no number');
    expect(failure.detail.cause).toMatch(/^Traceback \(most recent call last\):\n[^]*line 2, in parse\n[^]*no number$/);
  });

  test('an uncaught error of Node.js: the failure states the error, not the version of Node.js', async () => {
    const script = 'throw Object.assign(new Error("no number"), { code: "E_BAD" })';
    const agents = [commandAgent({ type: 'x', command: [process.execPath, '-e', script] })];
    const failure = await failureOf(call({ agents }));
    expect(failure.message).toBe(`"${process.execPath}" exited with 1: Error: no number`);
    expect(failure.detail.cause).toContain('    at ');
  });

  test('a program that a shell cannot find is not retried', async () => {
    const agents = [commandAgent({ type: 'x', command: ['sh', '-c', 'no-such-program'] })];
    const failure = await failureOf(call({ agents }));
    expect(failure).toMatchObject({ type: 'AgentRefused', detail: { details: { exitCode: 127 } } });
  });

  test('lines that note progress are no part of a failure', async () => {
    const script = 'echo "::progress 1" >&2; echo bad >&2; echo "::progress 2" >&2; exit 1';
    const agents = [commandAgent({ type: 'x', command: ['sh', '-c', script] })];
    const failure = await failureOf(call({ agents }));
    expect(failure).toMatchObject({ message: '"sh" exited with 1: bad', detail: { cause: 'bad' } });
  });

  test('a command that is ended by a signal is NoAnswer, with the signal', async () => {
    const failure = await failureOf(call({ agents: [command('signal.js', ['SIGKILL'])] }));
    expect(failure).toMatchObject({
      type: 'NoAnswer',
      nonRetryable: false,
      detail: { details: { signal: 'SIGKILL' } },
    });
    expect(failure.message).toBe(`"${process.execPath}" was ended by SIGKILL`);
  });

  test('what a command printed before a signal ended it is in its failure', async () => {
    const agents = [commandAgent({ type: 'x', command: ['sh', '-c', 'echo one >&2; echo two >&2; kill -SEGV $$'] })];
    expect(await failureOf(call({ agents }))).toMatchObject({
      type: 'NoAnswer',
      nonRetryable: false,
      message: '"sh" was ended by SIGSEGV: two',
      detail: { cause: 'one\ntwo' },
    });
  });

  test('a command that does not print JSON is InvalidOutput, with the beginning of its output', async () => {
    const failure = await failureOf(call({ agents: [command('garbage.js')] }));
    expect(failure).toMatchObject({ type: 'InvalidOutput', nonRetryable: true });
    expect(failure.message).toMatch(/expected JSON on stdout, got "<html>no JSON (no JSON )*/);
    expect(failure.message.length).toBeLessThan(350);
    const silent = await failureOf(call({ agents: [command('finds.js')] }));
    expect(silent.message).toMatch(/expected JSON on stdout, got nothing$/);
  });

  test('a command that prints 10 MB is killed, and is OutputTooLarge', async () => {
    const failure = await failureOf(call({ agents: [command('big.js')] }));
    expect(failure).toMatchObject({ type: 'OutputTooLarge', nonRetryable: true });
    expect(failure.message).toMatch(/printed more than \d+ bytes and was killed$/);
  });

  test('a command that cannot be started is refused, with the program and the reason', async () => {
    const start = async (program: string, more: More = {}) =>
      failureOf(call({ agents: [commandAgent({ type: 'x', command: [program], ...more })] }));
    expect(await start('no-such-program')).toMatchObject({
      type: 'AgentRefused',
      message: 'cannot start "no-such-program": there is no such program (ENOENT)',
    });
    const plain = join(folder, 'plain.txt');
    await writeFile(plain, 'not a program', { mode: 0o644 });
    expect((await start(plain)).message).toBe(`cannot start ${JSON.stringify(plain)}: it may not be executed (EACCES)`);
    expect((await start(process.execPath, { cwd: join(folder, 'nowhere') })).message).toMatch(
      /its working directory ".*nowhere" does not exist \(ENOENT\)$/,
    );
    expect(await start(process.execPath, { env: { A: 'nul \0 byte' } })).toMatchObject({ type: 'AgentRefused' });
  });
});

describe('commandAgent: process group', () => {
  test('a cancelled command and its children get SIGTERM, then SIGKILL', async () => {
    const env = environment();
    const file = join(folder, 'cancelled.json');
    const calling = failureOf(call({ agents: [command('forever.js', [file], { killAfter: '100ms' })] }, env));
    const pids = await pidsIn(file);
    env.cancel();
    expect(await calling).toMatchObject({ type: 'Cancelled', detail: { began: true } });
    for (const pid of pids) await gone(pid);
  });

  test('a command and its children are ended when the call times out', async () => {
    const file = join(folder, 'late.json');
    const agents = [command('forever.js', [file], { killAfter: '50ms' })];
    const calling = failureOf(call({ agents, request: { timeoutMs: 3000 } }));
    const pids = await pidsIn(file);
    expect(await calling).toMatchObject({ type: 'Timeout' });
    for (const pid of pids) await gone(pid);
  });

  test('a cancelled command may end by itself after SIGTERM', async () => {
    const env = environment();
    const ready = new Promise((resolve) => env.on('heartbeat', resolve));
    const calling = failureOf(call({ agents: [command('polite.js', [], { killAfter: '1h' })] }, env));
    await ready;
    env.cancel();
    expect(await calling).toMatchObject({ type: 'Cancelled' });
  });

  test('a child that a command leaves behind does not delay the call, and is killed', async () => {
    const { output } = await call({ agents: [command('leaves-child.js')] });
    await gone((output as { child: number }).child);
  });

  test('a child with a session of its own is not killed', async () => {
    const { output } = await call({ agents: [command('leaves-child.js', ['stays'])] });
    const { child } = output as { child: number };
    expect(isGone(child)).toBe(false);
    process.kill(child, 'SIGKILL');
    await gone(child);
  });
});
