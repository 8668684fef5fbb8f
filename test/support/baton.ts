// Runs `baton` as a process, in a directory of its own with agents that are real programs.
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll } from 'vitest';
import { type FoundServer, findServer } from '../../src/server/index.js';
import { NOBODY } from '../server/place.js';
import { CLI, buildCli } from './built-cli.js';

/** Without the configuration of the machine, and without colours. */
const environment = (): NodeJS.ProcessEnv => {
  const kept = Object.entries(process.env).filter(([name]) => !/^(TEMPORAL_|BATON_RUN|FORCE_COLOR|CI$)/.test(name));
  return { ...Object.fromEntries(kept), NO_COLOR: '1' };
};

const CONFIG = `
agents:
  - { type: echo, kind: command, command: [node, agent.js], description: Answers its input }
  - { type: hold, kind: command, command: [node, agent.js, hold], killAfter: 200ms }
  - { type: broken, kind: command, command: [node, agent.js, broken], fatalExits: [1] }
  - { type: flaky, kind: command, command: [node, agent.js, flaky], retry: { attempts: 9, initial: 1h, max: 1h } }
`;

/** All of stderr after an error on the server of the working directory: the line, and the server. */
export const errorHere = (line: string): RegExp =>
  new RegExp(
    `^error: ${line.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\nserver: 127\\.0\\.0\\.1:\\d+, namespace default \\(of this directory\\)$`,
  );

const AGENT = fileURLToPath(new URL('../fixtures/cli/agent.js', import.meta.url));

export interface Ended {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly pid: number;
  /** Resolves to the first line on stderr that contains the text. Rejects if the process ends before. */
  waitForLine(this: void, text: string): Promise<string>;
  /** The same on stdout. */
  waitForOutput(this: void, text: string): Promise<string>;
  signal(this: void, signal: NodeJS.Signals): void;
  readonly ended: Promise<Ended>;
}

export interface CliDirectory {
  readonly directory: string;
  write(this: void, name: string, content: string | object): Promise<string>;
  baton(this: void, ...args: string[]): Promise<Ended>;
  /** The document that `--json` printed. */
  json(this: void, ...args: string[]): Promise<unknown>;
  spawn(this: void, ...args: string[]): Running;
  remove(this: void): Promise<void>;
}

const KILL_AFTER_MS = 60_000;

const startCli = (directory: string, args: readonly string[]) =>
  execa(process.execPath, [CLI, ...args], {
    cwd: directory,
    env: environment(),
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
    // A worker that drains on a busy machine takes longer than the five seconds after which execa kills it.
    forceKillAfterDelay: KILL_AFTER_MS,
  });
type Child = ReturnType<typeof startCli>;

export async function makeCliDirectory(): Promise<CliDirectory> {
  const directory = await mkdtemp(join(tmpdir(), 'baton-cli-'));
  const running = new Set<Child>();
  const start = (args: readonly string[]): Child => {
    const child = startCli(directory, args);
    running.add(child);
    void child.finally(() => running.delete(child));
    return child;
  };
  const baton = async (...args: string[]): Promise<Ended> => {
    const { exitCode, stdout, stderr } = await start(args);
    return { exitCode, stdout, stderr };
  };
  const place: CliDirectory = {
    directory,
    async write(name, content) {
      await writeFile(join(directory, name), typeof content === 'string' ? content : JSON.stringify(content));
      return name;
    },
    baton,
    async json(...args) {
      const { stdout } = await baton(...args, '--json');
      return JSON.parse(stdout) as unknown;
    },
    spawn: (...args) => follow(start(args)),
    async remove() {
      const left = [...running];
      for (const child of left) child.kill('SIGTERM');
      await Promise.all(left);
      await rm(directory, { recursive: true, force: true });
    },
  };
  await place.write('baton.config.yaml', CONFIG);
  await cp(AGENT, join(directory, 'agent.js'));
  await place.write('package.json', { type: 'module' });
  return place;
}

function follow(child: Child): Running {
  const lines: string[] = [];
  const output: string[] = [];
  const waiting = new Set<() => void>();
  const wake = (): void => waiting.forEach((look) => look());
  let over = false;
  for (const [input, kept] of [[child.stderr, lines] as const, [child.stdout, output] as const])
    createInterface({ input }).on('line', (line) => {
      kept.push(line);
      wake();
    });
  const ended = child.then(({ exitCode, stdout, stderr }) => {
    over = true;
    wake();
    return { exitCode, stdout, stderr };
  });
  const lineIn = (from: readonly string[], text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = from.find((line) => line.includes(text));
        if (found === undefined && !over) return;
        waiting.delete(look);
        if (found === undefined)
          reject(new Error(`ended without the line ${JSON.stringify(text)}: ${lines.join('\n')}`));
        else resolve(found);
      };
      waiting.add(look);
      look();
    });
  return {
    pid: child.pid!,
    ended,
    signal: (signal) => void child.kill(signal),
    waitForLine: (text) => lineIn(lines, text),
    waitForOutput: (text) => lineIn(output, text),
  };
}

interface CliDirectoryOptions {
  /** A server runs for the whole file. Without it, the first command that needs one starts it and the last one ends it, which takes seconds. */
  readonly server?: true;
}

/** One directory for a test file; its tests use different ids and files. */
export function useCliDirectory({ server }: CliDirectoryOptions = {}): CliDirectory {
  let made: CliDirectory | undefined;
  let running: FoundServer | undefined;
  const here = (): CliDirectory => {
    if (made === undefined) throw new Error('expected to be called within a test');
    return made;
  };
  beforeAll(async () => {
    await buildCli();
    made = await makeCliDirectory();
    if (server) running = await findServer({ directory: made.directory, localAddress: NOBODY });
  });
  afterAll(async () => {
    await running?.release();
    await made?.remove();
  });
  return {
    get directory() {
      return here().directory;
    },
    write: (...args) => here().write(...args),
    baton: (...args) => here().baton(...args),
    json: (...args) => here().json(...args),
    spawn: (...args) => here().spawn(...args),
    remove: () => here().remove(),
  };
}
