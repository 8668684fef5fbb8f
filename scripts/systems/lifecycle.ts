// Starts the programs of a system, waits until it answers, and ends it.
import { spawn } from 'node:child_process';
import { mkdir, open, readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../src/system/ports.js';
import { birthOf } from '../../src/system/process-identity.js';
import type { Program, System } from './system.js';

const READY_MS = 120_000;
const END_MS = 20_000;
const POLL_MS = 100;

/** A pid alone could belong to another process by now. */
export interface Running {
  readonly name: string;
  readonly url: string;
  readonly ports: readonly number[];
  readonly directory: string;
  readonly processes: readonly { readonly pid: number; readonly birth: string | undefined }[];
}

/** Starts it in the directory, on free ports or on those given. What a failed start has begun is ended. */
export async function start(system: System, directory: string, given?: readonly number[]): Promise<Running> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const ports = given ?? (await Promise.all(Array.from({ length: system.ports }, () => freePort())));
  const [port = 0] = ports;
  const log = join(directory, 'output.log');
  const processes: { pid: number; birth: string | undefined }[] = [];
  const running = { name: system.name, url: system.url(port), ports, directory, processes };
  try {
    for (const program of await system.prepare(directory, ports)) {
      const pid = await launch(program, directory, log);
      processes.push({ pid, birth: await birthOf(pid) });
    }
    await untilReady(system, running);
    return running;
  } catch (error) {
    await stop(running, 'SIGKILL');
    const output = await readFile(log, 'utf8').catch(() => '');
    throw new Error(`${system.name} did not start: ${String(error)}\n${output.slice(-2_000)}`, { cause: error });
  }
}

async function launch({ command, args, env }: Program, cwd: string, log: string): Promise<number> {
  const output = await open(log, 'a');
  try {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', output.fd, output.fd],
      detached: true,
    });
    await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
    child.unref();
    return child.pid ?? 0;
  } finally {
    await output.close();
  }
}

export async function isRunning({ processes }: Running): Promise<boolean> {
  const births = await Promise.all(processes.map(({ pid }) => birthOf(pid)));
  return births.every((birth, index) => birth !== undefined && birth === processes[index]?.birth);
}

async function untilReady(system: System, running: Running): Promise<void> {
  const [port = 0] = running.ports;
  for (const end = Date.now() + READY_MS; Date.now() < end; await pause(POLL_MS)) {
    if (!(await isRunning(running))) throw new Error('a program of it ended');
    if (await answers(port, system.greeting)) return;
  }
  throw new Error(`no answer within ${READY_MS / 1_000} s`);
}

/** Whether a client's first bytes get any answer. */
const answers = (port: number, greeting: Uint8Array): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1_000, () => end(false));
    socket.once('connect', () => socket.write(greeting));
    socket.once('data', () => end(true));
    socket.once('error', () => end(false));
    socket.once('close', () => end(false));
  });

/** Ends its processes, last started first, and waits until they have ended. */
export async function stop(running: Running, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  for (const { pid, birth } of running.processes.toReversed()) {
    const lives = async () => birth !== undefined && (await birthOf(pid)) === birth;
    if (await lives()) process.kill(pid, signal);
    for (const end = Date.now() + END_MS; Date.now() < end && (await lives()); await pause(POLL_MS));
    if (await lives()) process.kill(pid, 'SIGKILL');
  }
}
