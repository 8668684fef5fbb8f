// Runs one program to its end, without a shell and with bounded memory.
// R1. The output is complete when it is closed. A process that the program left behind may keep it open: then the output ends
//     shortly after the program.
// R2. Stderr is redacted before it is cut; stdout is kept whole, and redacted by the caller.
// R3. A program that prints more than `maxStdoutBytes` is killed immediately. Only the end of stderr is kept.
import { defined } from '../../../domain/json/defined.js';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { cannotStart } from './cannot-start.js';
import { createLineSplitter } from './lines.js';
import { processGroup } from './process-group.js';
import type { AgentContext } from '../../../domain/agent/agent.js';
import type { Redactor } from '../../../domain/secret.js';
import { tailOf } from '../../../domain/text/well-formed.js';

/** How long the output may stay open once the program has exited. What the program printed is read long before that. */
const DRAIN_MS = 500;

/** Characters that are kept of the end of stderr. */
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
  /** Replaces secrets in stderr, before it is split into lines and before its beginning is dropped. */
  readonly redactor: Pick<Redactor, 'redactStream'>;
  /** Called for each piece of stderr that arrives. */
  readonly onStderr?: AgentContext['active'];
  onStderrLine(this: void, line: string): void;
}

export interface ProcessEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: Buffer;
  readonly stderr: string;
  /** True if it was killed for printing more than `maxStdoutBytes`. */
  readonly tooLarge: boolean;
}

/**
 * Throws an `AgentError` if the program cannot be started. If `signal` aborts, ends the process group, then throws the signal's
 * reason.
 */
export async function runProcess(spec: ProcessSpec): Promise<ProcessEnd> {
  const { signal } = spec;
  signal.throwIfAborted();
  const child = await spawnProcess(spec);
  const group = processGroup(child.pid, spec.killAfterMs);
  const stop = () => void group.end();
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    const stdout = collectStdout(child, spec.maxStdoutBytes, group.kill);
    const stderr = keepStderrTail(child, spec);
    // A program need not read its input: the pipe may be closed early.
    child.process.stdin.on('error', () => undefined).end(spec.stdin);
    await child.exit;
    const complete = await closesWithin(child, DRAIN_MS);
    if (signal.aborted) await group.end();
    else group.kill();
    if (!complete) await closesWithin(child, DRAIN_MS);
    signal.throwIfAborted();
    const { exitCode, signalCode } = child.process;
    return { exitCode, signal: signalCode, stdout: stdout.bytes(), stderr: stderr.text(), tooLarge: stdout.tooLarge() };
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

async function spawnProcess(spec: ProcessSpec): Promise<Child> {
  const [program, ...args] = spec.command;
  const { cwd, env } = spec;
  try {
    const child = spawn(program, args, { env, stdio: 'pipe', detached: true, ...defined({ cwd }) });
    const exit = new Promise((resolve) => child.once('exit', resolve));
    const closed = new Promise<boolean>((resolve) => child.once('close', () => resolve(true)));
    if (child.pid === undefined) await once(child, 'spawn');
    child.on('error', () => undefined);
    return { process: child, pid: child.pid!, exit, closed };
  } catch (error) {
    throw cannotStart(program, cwd, error);
  }
}

function collectStdout(child: Child, maxBytes: number, onTooLarge: () => void) {
  const chunks: Buffer[] = [];
  let bytes = 0;
  child.process.stdout.on('data', (chunk: Buffer) => {
    const before = bytes;
    bytes += chunk.length;
    if (bytes <= maxBytes) chunks.push(chunk);
    else if (before <= maxBytes) onTooLarge();
  });
  return { bytes: () => Buffer.concat(chunks), tooLarge: () => bytes > maxBytes };
}

/** Keeps the end of stderr, and passes on each of its lines. */
function keepStderrTail(child: Child, { onStderr, onStderrLine, redactor }: ProcessSpec) {
  let kept = '';
  const lines = createLineSplitter(onStderrLine);
  const redacted = redactor.redactStream((text) => {
    kept = tailOf(kept + text, STDERR_TAIL);
    lines.push(text);
  });
  child.process.stderr.setEncoding('utf8');
  child.process.stderr.on('data', redacted.push);
  if (onStderr !== undefined) child.process.stderr.on('data', onStderr);
  child.process.stderr.once('close', () => {
    redacted.end();
    lines.end();
  });
  return { text: () => kept };
}

/** True if the output is closed within this time. */
const closesWithin = async (child: Child, ms: number): Promise<boolean> => {
  const stop = new AbortController();
  const late = delay(ms, false, { signal: stop.signal }).catch(() => false);
  const inTime = await Promise.race([child.closed, late]);
  stop.abort();
  return inTime;
};
