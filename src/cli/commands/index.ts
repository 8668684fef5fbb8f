// Every command, and the file that implements it. Only the file of the typed command is loaded.
import type { Command } from 'commander';
import type { Io } from '../terminal/io.js';

interface CommandFile {
  /** Adds arguments, options and action. */
  define(this: void, command: Command, io: Io): void;
}

export interface CommandEntry {
  readonly summary: string;
  readonly group: 'Start' | 'Inspect' | 'Control' | 'Prepare';
  /** True for commands with a worker in their process. The others are loaded from a bundle; see main.ts. */
  readonly hostsWorker?: true;
  load(this: void): Promise<CommandFile>;
}

export const COMMANDS: ReadonlyMap<string, CommandEntry> = new Map<string, CommandEntry>([
  [
    'init',
    { group: 'Start', summary: 'make a project with a plan, agents and a test', load: () => import('./init.js') },
  ],
  [
    'run',
    {
      group: 'Start',
      hostsWorker: true,
      summary: 'run a plan and follow it until it ends',
      load: () => import('./run.js'),
    },
  ],
  [
    'solve',
    {
      group: 'Start',
      hostsWorker: true,
      summary: 'let a planner make a plan for a goal, and run it',
      load: () => import('./solve.js'),
    },
  ],
  [
    'rerun',
    {
      group: 'Start',
      hostsWorker: true,
      summary: 'run the changed tasks of a run again, reuse the rest',
      load: () => import('./rerun.js'),
    },
  ],
  [
    'dev',
    {
      group: 'Start',
      hostsWorker: true,
      summary: 'start a server with Web UI, and a worker, until Ctrl-C',
      load: () => import('./dev.js'),
    },
  ],
  [
    'worker',
    {
      group: 'Start',
      hostsWorker: true,
      summary: 'start a worker; SIGTERM drains it',
      load: () => import('./worker.js'),
    },
  ],
  [
    'gateway',
    {
      group: 'Start',
      hostsWorker: true,
      summary: 'start runs, and resume them, from the events of brokers',
      load: () => import('./gateway.js'),
    },
  ],
  ['status', { group: 'Inspect', summary: 'show the status of a run', load: () => import('./status.js') }],
  [
    'result',
    { group: 'Inspect', summary: 'wait until a run ends, and print its output', load: () => import('./result.js') },
  ],
  [
    'logs',
    {
      group: 'Inspect',
      summary: 'show what the agents of a run logged, and its attempts',
      load: () => import('./logs.js'),
    },
  ],
  ['runs', { group: 'Inspect', summary: 'list the runs on the server, newest first', load: () => import('./runs.js') }],
  ['graph', { group: 'Inspect', summary: 'draw a plan or a run', load: () => import('./graph.js') }],
  [
    'breaker',
    {
      group: 'Inspect',
      summary: 'show circuit breakers; open, close or reset one',
      load: () => import('./breaker.js'),
    },
  ],
  [
    'subscriptions',
    {
      group: 'Inspect',
      summary: 'show what waits at the brokers, and dead letters',
      load: () => import('./subscriptions.js'),
    },
  ],
  [
    'doctor',
    {
      group: 'Inspect',
      summary: 'look for what is wrong with server, workers and runs',
      load: () => import('./doctor.js'),
    },
  ],
  [
    'inbox',
    { group: 'Inspect', summary: 'show what waits for people, over all runs', load: () => import('./inbox.js') },
  ],
  ['pause', { group: 'Control', summary: 'start no more tasks of a run', load: () => import('./pause.js') }],
  ['resume', { group: 'Control', summary: 'resume a paused run', load: () => import('./resume.js') }],
  ['cancel', { group: 'Control', summary: 'stop a run and undo its work', load: () => import('./cancel.js') }],
  [
    'compensate',
    {
      group: 'Control',
      hostsWorker: true,
      summary: 'retry what an ended run could not undo',
      load: () => import('./compensate.js'),
    },
  ],
  [
    'approve',
    {
      group: 'Control',
      summary: 'approve or reject a task that waits for a person',
      load: () => import('./approve.js'),
    },
  ],
  ['retry', { group: 'Control', summary: 'retry a running task now', load: () => import('./retry.js') }],
  ['skip', { group: 'Control', summary: 'skip a task that has not started', load: () => import('./skip.js') }],
  ['event', { group: 'Control', summary: 'deliver an event that a task waits for', load: () => import('./event.js') }],
  ['budget', { group: 'Control', summary: 'raise the budget of a run', load: () => import('./budget.js') }],
  ['pool', { group: 'Control', summary: 'show pools, and change their resources', load: () => import('./pool.js') }],
  [
    'schedule',
    {
      group: 'Control',
      summary: 'apply, show, pause, trigger and backfill the schedules of plans',
      load: () => import('./schedule.js'),
    },
  ],
  [
    'deployment',
    {
      group: 'Control',
      summary: 'show the versions of workers; give one the new runs',
      load: () => import('./deployment.js'),
    },
  ],
  [
    'sweep',
    {
      group: 'Control',
      summary: 'remove stored values, breakers and pools that nothing needs',
      load: () => import('./sweep.js'),
    },
  ],
  ['validate', { group: 'Prepare', summary: 'report every problem of a plan', load: () => import('./validate.js') }],
  ['agents', { group: 'Prepare', summary: 'list the agents of the configuration', load: () => import('./agents.js') }],
  [
    'schema',
    {
      group: 'Prepare',
      summary: 'print the JSON Schema of plans or configurations, or write both',
      load: () => import('./schema.js'),
    },
  ],
  [
    'codec-server',
    {
      group: 'Prepare',
      summary: "show encrypted values in the Web UI and temporal's command line",
      load: () => import('./codec-server.js'),
    },
  ],
  [
    'complete',
    { group: 'Prepare', summary: 'print completion for bash, zsh or fish', load: () => import('./complete.js') },
  ],
  ['setup', { group: 'Prepare', summary: 'register the search attributes', load: () => import('./setup.js') }],
  [
    'gate',
    {
      group: 'Prepare',
      hostsWorker: true,
      summary: 'replay histories with this version, before an upgrade',
      load: () => import('./gate.js'),
    },
  ],
]);
