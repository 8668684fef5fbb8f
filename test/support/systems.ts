// Real brokers for tests. Tests that only use one share the one of `npm run systems -- up`; tests that kill one start their own.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SYSTEMS } from '../../scripts/systems/catalogue.js';
import { start, startProgram, stop, stopProgram, type Running } from '../../scripts/systems/lifecycle.js';
import { recorded } from '../../scripts/systems/records.js';

/** The systems that tests found, or not, each with what to do. Set by the global setup, in variables that test files inherit. */
export async function findSystems(): Promise<readonly string[]> {
  const missing = [];
  for (const { name, variable } of SYSTEMS.values()) {
    const url = process.env[variable] ?? (await recorded(name))?.url;
    if (url === undefined) missing.push(name);
    else process.env[variable] = url;
  }
  return missing;
}

/** Where the shared system is; `undefined` if there is none. */
export const urlOf = (name: string): string | undefined => process.env[systemOf(name).variable];

/** The title of a suite, which says why it is skipped: `describe.skipIf(urlOf('redis') === undefined)(withSystem('redis', …))`. */
export const withSystem = (name: string, title: string): string =>
  urlOf(name) === undefined ? `${title} (skipped: npm run systems -- up ${name})` : title;

function systemOf(name: string) {
  const system = SYSTEMS.get(name);
  if (system === undefined) throw new Error(`no such system: ${name}`);
  return system;
}

export interface OwnSystem {
  readonly url: string;
  readonly port: number;
  /** Ends it; with SIGKILL it has no time to write anything. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again, with its data and at the same address. */
  start(): Promise<void>;
  /** Ends one of its programs, such as the worker of Celery. */
  stopProgram(name: string, signal?: NodeJS.Signals): Promise<void>;
  /** Starts that program again, and does not wait until it is ready. */
  startProgram(name: string): Promise<void>;
  /** Where its data is. */
  readonly directory: string;
  /** Ends it and deletes its data. */
  remove(): Promise<void>;
}

/** A system for one test file. It must be installed. */
export async function ownSystem(name: string): Promise<OwnSystem> {
  const directory = await mkdtemp(join(tmpdir(), `baton-${name}-`));
  let running: Running = await start(systemOf(name), directory);
  return {
    url: running.url,
    port: running.ports[0] ?? 0,
    stop: (signal) => stop(running, signal),
    start: async () => {
      running = await start(systemOf(name), directory, running.ports);
    },
    stopProgram: (program, signal) => stopProgram(running, program, signal),
    startProgram: async (program) => {
      running = await startProgram(running, program);
    },
    directory,
    remove: async () => {
      await stop(running, 'SIGKILL');
      await rm(directory, { recursive: true, force: true });
    },
  };
}
