// Runs one program to its end, without a shell, with bounded memory.
// R1. What it printed is complete when its output is closed. A process that it left behind may keep it open: the output
//     then ends shortly after the program.
// R2. A program that prints more than it may is killed at once. Of stderr only the tail is kept.
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { cannotStart } from './cannot-start.js';
import { linesOf } from './lines.js';
import { processGroup } from './process-group.js';

/** How long the output may stay open once the program has exited; what it printed is read within a moment. */
const DRAIN_MS = 500;

/** Characters of stderr that are kept. */
const STDERR_TAIL = 64 * 1024;

export interface ProcessSpec {
  readonly command: readonly [string, ...string[]];
  readonly cwd?: string;
  readonly env: NodeJS.ProcessEnv;
  readonly stdin: string;
  readonly maxStdoutBytes: number;
  /** Milliseconds from SIGTERM to SIGKILL, once `signal` has aborted. */
  readonly killAfterMs: number;
  readonly signal: AbortSignal;
  onStderrLine(this: void, line: string): void;
}

export interface ProcessEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** True if it was killed for printing more than `maxStdoutBytes`. */
  readonly tooLarge: boolean;
}

/** Throws an `AgentError` if the program cannot be started, and the signal's reason, after the group's end, if it aborts. */
export async function runProcess(spec: ProcessSpec): Promise<ProcessEnd> {
  const { signal } = spec;
  signal.throwIfAborted();
  const child = await start(spec);
  const group = processGroup(child.pid, spec.killAfterMs);
  const stop = () => void group.end();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    const stdout = collect(child, spec.maxStdoutBytes, group.kill);
    const stderr = tail(child, spec.onStderrLine);
    // A program need not read its input: it may close it early.
    child.process.stdin.on('error', () => undefined).end(spec.stdin);
    await child.exit;
    const complete = await closesWithin(child, DRAIN_MS);
    if (signal.aborted) await group.end();
    else group.kill();
    if (!complete) await closesWithin(child, DRAIN_MS);
    signal.throwIfAborted();
    const { exitCode, signalCode } = child.process;
    return { exitCode, signal: signalCode, stdout: stdout.text(), stderr: stderr.text(), tooLarge: stdout.tooLarge() };
  } finally {
    signal.removeEventListener('abort', stop);
    group.release();
    child.process.stdout.destroy();
    child.process.stderr.destroy();
    child.process.stdin.destroy();
  }
}

interface Child {
  readonly process: ChildProcessWithoutNullStreams;
  readonly pid: number;
  readonly exit: Promise<unknown>;
  readonly closed: Promise<boolean>;
}

async function start(spec: ProcessSpec): Promise<Child> {
  const [program, ...args] = spec.command;
  const { cwd, env } = spec;
  try {
    const child = spawn(program, args, { env, stdio: 'pipe', detached: true, ...(cwd === undefined ? {} : { cwd }) });
    const exit = new Promise((resolve) => child.once('exit', resolve));
    const closed = new Promise<boolean>((resolve) => child.once('close', () => resolve(true)));
    if (child.pid === undefined) await once(child, 'spawn');
    child.on('error', () => undefined);
    return { process: child, pid: child.pid!, exit, closed };
  } catch (error) {
    throw cannotStart(program, cwd, error);
  }
}

function collect(child: Child, maxBytes: number, tooMuch: () => void) {
  const chunks: Buffer[] = [];
  let bytes = 0;
  child.process.stdout.on('data', (chunk: Buffer) => {
    const before = bytes;
    bytes += chunk.length;
    if (bytes <= maxBytes) chunks.push(chunk);
    else if (before <= maxBytes) tooMuch();
  });
  return { text: () => Buffer.concat(chunks).toString('utf8'), tooLarge: () => bytes > maxBytes };
}

function tail(child: Child, onLine: (line: string) => void) {
  let kept = '';
  const lines = linesOf(onLine);
  child.process.stderr.setEncoding('utf8');
  child.process.stderr.on('data', (text: string) => {
    kept = (kept + text).slice(-STDERR_TAIL);
    lines.push(text);
  });
  child.process.stderr.once('close', lines.end);
  return { text: () => kept };
}

const closesWithin = async (child: Child, ms: number): Promise<boolean> => {
  const stop = new AbortController();
  const late = delay(ms, false, { signal: stop.signal }).catch(() => false);
  const inTime = await Promise.race([child.closed, late]);
  stop.abort();
  return inTime;
};
