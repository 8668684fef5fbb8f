import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, watch } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { commandAgent, type CommandAgentOptions } from '../../../src/activities/agents/command.js';
import { call, environment, failureOf } from '../call.js';

const script = fileURLToPath(new URL('./run-command.ts', import.meta.url));
const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/agents/${name}`, import.meta.url));

type More = Partial<CommandAgentOptions<unknown, unknown>>;
const command = (name: string, args: string[] = [], more: More = {}) =>
  commandAgent({ type: 'x', command: [process.execPath, fixture(name), ...args], ...more });

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'baton-command-'))));
afterAll(() => rm(folder, { recursive: true }));

/** True once no such process lives; a zombie lives no more. */
function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return /^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return true;
  }
}

const gone = (pid: number) => expect.poll(() => isGone(pid), { timeout: 10_000 }).toBe(true);

describe('a command', () => {
  test('reads its input from stdin, answers on stdout, and is told which call it is', async () => {
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

  test('may leave its input unread, however large', async () => {
    const request = { input: 'x'.repeat(1_500_000) };
    expect((await call({ agents: [command('deaf.js')], request })).output).toBe('did not listen');
  });

  test('is read to the end, up to the limit', async () => {
    const request = { input: 'x'.repeat(1_500_000) };
    const { output } = await call({ agents: [command('echo.js')], request });
    expect(output).toMatchObject({ input: request.input });
  });

  test('notes progress on stderr; the other lines are logged', async () => {
    const env = environment();
    const [beats, lines, warned]: [unknown[], string[], string[]] = [[], [], []];
    env.on('heartbeat', (details) => beats.push(details));
    const debug = (line: string) => void lines.push(line);
    const log = { debug, info() {}, warn: (line: string) => void warned.push(line), error() {} };
    await call({ agents: [command('progress.js')], deps: { log } }, env);
    expect(beats).toEqual([{ progress: { done: 1 } }, { progress: { done: 2 } }]);
    expect(lines).toEqual(['reading files', 'no line break']);
    expect(warned).toEqual(['ignored: ::progress: expected JSON, got not json']);
  });

  test('that is a tool takes arguments made of the input, and its text is parsed', async () => {
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

  test('may answer text', async () => {
    const agents = [command('finds.js', ['a'], { format: 'text', successExits: [1] })];
    expect((await call({ agents })).output).toBe('a: problem');
  });

  test('with arguments made of the input has an empty stdin, unless that is made too', async () => {
    const bare = command('echo.js', [], { args: () => ['--fast'] });
    expect((await call({ agents: [bare] })).output).toMatchObject({ input: 'nothing', args: ['--fast'] });
    const both = command('echo.js', [], { args: () => [], stdin: () => '5' });
    expect((await call({ agents: [both] })).output).toMatchObject({ input: 5 });
  });
});

describe('a command that fails', () => {
  test('is not retried, and says its exit code and what it said last', async () => {
    const failure = await failureOf(call({ agents: [command('fail.js', ['3'])] }));
    expect(failure).toMatchObject({ type: 'AgentRefused', nonRetryable: true });
    expect(failure.message).toBe(`"${process.execPath}" exited with 3: the disk is full`);
    expect(failure.detail).toMatchObject({ cause: 'first line\nthe disk is full', details: { exitCode: 3 } });
  });

  test('with 75 is worth another attempt, unless it says otherwise', async () => {
    expect(await failureOf(call({ agents: [command('fail.js', ['75'])] }))).toMatchObject({ type: 'AgentFailed' });
    const retryableExits = [3];
    const [three, seventyFive] = ['3', '75'].map((code) => command('fail.js', [code], { retryableExits }));
    expect(await failureOf(call({ agents: [three!] }))).toMatchObject({ type: 'AgentFailed', nonRetryable: false });
    expect(await failureOf(call({ agents: [seventyFive!] }))).toMatchObject({ type: 'AgentRefused' });
  });

  test('by a signal is worth another attempt, and names the signal', async () => {
    const failure = await failureOf(call({ agents: [command('signal.js', ['SIGKILL'])] }));
    expect(failure).toMatchObject({
      type: 'AgentFailed',
      nonRetryable: false,
      detail: { details: { signal: 'SIGKILL' } },
    });
    expect(failure.message).toBe(`"${process.execPath}" was ended by SIGKILL`);
  });

  test('to print JSON is InvalidOutput, with the start of what it printed', async () => {
    const failure = await failureOf(call({ agents: [command('garbage.js')] }));
    expect(failure).toMatchObject({ type: 'InvalidOutput', nonRetryable: true });
    expect(failure.message).toMatch(/expected JSON on stdout, got "<html>no JSON (no JSON )*/);
    expect(failure.message.length).toBeLessThan(350);
    const silent = await failureOf(call({ agents: [command('finds.js')] }));
    expect(silent.message).toMatch(/expected JSON on stdout, got nothing$/);
  });

  test('by printing 10 MB is killed at once, and is OutputTooLarge', async () => {
    const failure = await failureOf(call({ agents: [command('big.js')] }));
    expect(failure).toMatchObject({ type: 'OutputTooLarge', nonRetryable: true });
    expect(failure.message).toMatch(/printed more than \d+ bytes, and was killed$/);
  });

  test('to start is refused, naming the program and why', async () => {
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

describe('the process group of a command', () => {
  const pidsIn = async (file: string): Promise<[number, number]> => {
    await new Promise<void>((resolve) => {
      const watcher = watch(folder, () => check());
      const check = () => {
        if (!existsSync(file) || !readFileSync(file, 'utf8').endsWith(']')) return;
        watcher.close();
        resolve();
      };
      check();
    });
    return JSON.parse(readFileSync(file, 'utf8')) as [number, number];
  };

  test('gets SIGTERM, then SIGKILL, when the call is cancelled: children that ignore SIGTERM die too', async () => {
    const env = environment();
    const file = join(folder, 'cancelled.json');
    const calling = failureOf(call({ agents: [command('forever.js', [file], { killAfter: '100ms' })] }, env));
    const pids = await pidsIn(file);
    env.cancel();
    expect(await calling).toMatchObject({ type: 'Cancelled', detail: { began: true } });
    for (const pid of pids) await gone(pid);
  });

  test('dies when the call times out', async () => {
    const file = join(folder, 'late.json');
    const agents = [command('forever.js', [file], { killAfter: '50ms' })];
    const calling = failureOf(call({ agents, request: { timeoutMs: 3000 } }));
    const pids = await pidsIn(file);
    expect(await calling).toMatchObject({ type: 'Timeout' });
    for (const pid of pids) await gone(pid);
  });

  test('may end by itself when it is told to', async () => {
    const env = environment();
    const ready = new Promise((resolve) => env.on('heartbeat', resolve));
    const calling = failureOf(call({ agents: [command('polite.js', [], { killAfter: '1h' })] }, env));
    await ready;
    env.cancel();
    expect(await calling).toMatchObject({ type: 'Cancelled' });
  });

  test('ends with its program: a child left behind neither holds the call up nor survives it', async () => {
    const { output } = await call({ agents: [command('leaves-child.js')] });
    await gone((output as { child: number }).child);
  });

  test('does not hold what made a session of its own', async () => {
    const { output } = await call({ agents: [command('leaves-child.js', ['stays'])] });
    const { child } = output as { child: number };
    expect(isGone(child)).toBe(false);
    process.kill(child, 'SIGKILL');
    await gone(child);
  });

  test.each(['SIGTERM', 'SIGINT'] as const)('dies with a worker that is ended by %s', async (signal) => {
    const file = join(folder, `${signal}.json`);
    const worker = spawn(process.execPath, ['--import', 'jiti/register', script, fixture('forever.js'), file]);
    const ended = once(worker, 'exit');
    const pids = await pidsIn(file);
    worker.kill(signal);
    expect(await ended).toEqual([null, signal]);
    for (const pid of pids) await gone(pid);
  });
});
