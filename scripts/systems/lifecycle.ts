// Starts the programs of a system, waits until it answers, and ends it.
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort, whyNotFree } from '../../src/system/ports.js';
import { birthOf } from '../../src/system/process-identity.js';
import type { Program, System } from './system.js';

/** Airflow takes two minutes on a busy machine. */
const READY_MS = 300_000;
const END_MS = 20_000;
const POLL_MS = 100;

/** A pid alone could belong to another process by now. */
export interface Running {
  readonly name: string;
  readonly url: string;
  readonly ports: readonly number[];
  readonly directory: string;
  readonly processes: readonly RunningProgram[];
}

interface RunningProgram {
  readonly pid: number;
  readonly birth: string | undefined;
  readonly program: Program;
}

/** Starts it in the directory, on free ports or on those given. What a failed start has begun is ended. */
export async function start(system: System, directory: string, given?: readonly number[]): Promise<Running> {
  // Its parents remain open: PostgreSQL runs as another user.
  await mkdir(dirname(directory), { recursive: true });
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const ports = given ?? (await freePorts(system));
  const [port = 0] = ports;
  const processes: RunningProgram[] = [];
  const running = { name: system.name, url: system.url(port), ports, directory, processes };
  try {
    for (const program of await system.prepare(directory, ports)) {
      processes.push(await launch(program, directory));
    }
    await untilReady(system, running);
    return running;
  } catch (error) {
    await stop(running, 'SIGKILL');
    const output = await readFile(logIn(directory), 'utf8').catch(() => '');
    throw new Error(`${system.name} did not start: ${String(error)}\n${output.slice(-2_000)}`, { cause: error });
  }
}

/** From here on, ports are not those of well-known services. */
const LOWEST_PORT = 10_000;

async function freePorts({ ports: count, portsBelow }: System): Promise<readonly number[]> {
  if (portsBelow === undefined) return await Promise.all(Array.from({ length: count }, () => freePort()));
  const found = new Set<number>();
  while (found.size < count) {
    const port = randomInt(LOWEST_PORT, portsBelow);
    if ((await whyNotFree(port)) === undefined) found.add(port);
  }
  return [...found];
}

const logIn = (directory: string): string => join(directory, 'output.log');

async function launch(program: Program, cwd: string): Promise<RunningProgram> {
  const { command, args, env } = program;
  const output = await open(logIn(cwd), 'a');
  try {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', output.fd, output.fd],
      // A process group of its own, which ends with it.
      detached: true,
    });
    await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
    child.unref();
    const pid = child.pid ?? 0;
    return { pid, birth: await birthOf(pid), program };
  } finally {
    await output.close();
  }
}

export const isRunning = async (running: Running): Promise<boolean> => (await endedPrograms(running)).length === 0;

/** The names of its programs that have ended. */
export async function endedPrograms({ name, processes }: Running): Promise<readonly string[]> {
  const alive = await Promise.all(processes.map(isAlive));
  return processes.flatMap(({ program }, index) => (alive[index] === true ? [] : [program.name ?? name]));
}

const isAlive = async ({ pid, birth }: RunningProgram): Promise<boolean> =>
  birth !== undefined && (await birthOf(pid)) === birth;

/** `within`: for how long it may not be ready yet, in milliseconds. Throws if it is not ready by then. */
export async function untilReady(system: System, running: Running, within = READY_MS): Promise<void> {
  const { directory, ports } = running;
  const [port = 0] = ports;
  for (const end = Date.now() + within; Date.now() < end; await pause(POLL_MS)) {
    const ended = await endedPrograms(running);
    if (ended.length > 0) throw new Error(`a program of it has ended: ${ended.join(', ')}`);
    if (!(await answers(port, system.greeting))) continue;
    if ((await system.isComplete?.(directory, ports).catch(() => false)) ?? true) return;
  }
  throw new Error(`it was not ready within ${within / 1_000} s`);
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
  for (const one of running.processes.toReversed()) await end(one, signal);
}

/** Ends one program of it, with the processes that it has started. */
export async function stopProgram(running: Running, name: string, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  await end(programOf(running, name), signal);
}

/** Starts one program of it again, and does not wait until it is ready. */
export async function startProgram(running: Running, name: string): Promise<Running> {
  const old = programOf(running, name);
  const again = await launch(old.program, running.directory);
  return { ...running, processes: running.processes.map((one) => (one === old ? again : one)) };
}

function programOf(running: Running, name: string): RunningProgram {
  const found = running.processes.find(({ program }) => program.name === name);
  if (found === undefined) throw new Error(`${running.name} has no program ${name}`);
  return found;
}

async function end(one: RunningProgram, signal: NodeJS.Signals): Promise<void> {
  if (!(await isAlive(one))) return;
  if (signal === 'SIGKILL') return killGroup(one);
  process.kill(one.pid, signal);
  for (const until = Date.now() + END_MS; Date.now() < until && (await isAlive(one)); await pause(POLL_MS));
  await killGroup(one);
}

/** Also what the program has left behind, or could not end because it was killed. */
async function killGroup(one: RunningProgram): Promise<void> {
  try {
    process.kill(-one.pid, 'SIGKILL');
  } catch {
    // Nothing is left of it.
  }
  for (const until = Date.now() + END_MS; Date.now() < until && (await isAlive(one)); await pause(POLL_MS));
}
