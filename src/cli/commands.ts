// Every command, and the file that does it. Only the file of the command that was typed is loaded.
import type { Command } from 'commander';
import type { Io } from './io.js';

interface CommandFile {
  /** Adds arguments, options and action. */
  define(this: void, command: Command, io: Io): void;
}

export interface CommandEntry {
  readonly summary: string;
  readonly group: 'Start' | 'Look' | 'Act' | 'Prepare';
  load(this: void): Promise<CommandFile>;
}

export const COMMANDS: ReadonlyMap<string, CommandEntry> = new Map<string, CommandEntry>([
  ['run', { group: 'Start', summary: 'run a plan and follow it to its end', load: () => import('./run.js') }],
  [
    'solve',
    { group: 'Start', summary: 'have a planner make a plan for a goal, and run it', load: () => import('./solve.js') },
  ],
  [
    'rerun',
    {
      group: 'Start',
      summary: 'run again what has changed of a run, and reuse the rest',
      load: () => import('./rerun.js'),
    },
  ],
  [
    'dev',
    { group: 'Start', summary: 'a server with Web UI and a worker, until Ctrl-C', load: () => import('./dev.js') },
  ],
  ['worker', { group: 'Start', summary: 'a worker; SIGTERM drains it', load: () => import('./worker.js') }],
  ['status', { group: 'Look', summary: 'how a run stands', load: () => import('./status.js') }],
  [
    'result',
    { group: 'Look', summary: 'wait for the end of a run, print its output', load: () => import('./result.js') },
  ],
  ['runs', { group: 'Look', summary: 'the runs on the server, newest first', load: () => import('./runs.js') }],
  ['graph', { group: 'Look', summary: 'draw a plan or a run', load: () => import('./graph.js') }],
  [
    'breaker',
    { group: 'Look', summary: 'circuit breakers: look at them, turn one', load: () => import('./breaker.js') },
  ],
  ['pause', { group: 'Act', summary: 'start no more tasks of a run', load: () => import('./pause.js') }],
  ['resume', { group: 'Act', summary: 'go on with a paused run', load: () => import('./resume.js') }],
  ['cancel', { group: 'Act', summary: 'stop a run and undo what it did', load: () => import('./cancel.js') }],
  ['approve', { group: 'Act', summary: 'answer a task that waits for a person', load: () => import('./approve.js') }],
  ['retry', { group: 'Act', summary: 'try a running task again now', load: () => import('./retry.js') }],
  ['skip', { group: 'Act', summary: 'skip a task that has not started', load: () => import('./skip.js') }],
  ['event', { group: 'Act', summary: 'deliver an event that a task waits for', load: () => import('./event.js') }],
  ['budget', { group: 'Act', summary: 'raise what a run may spend', load: () => import('./budget.js') }],
  ['pool', { group: 'Act', summary: 'look at pools, alter them at work', load: () => import('./pool.js') }],
  ['validate', { group: 'Prepare', summary: 'say all that is wrong with a plan', load: () => import('./validate.js') }],
  ['agents', { group: 'Prepare', summary: 'the agents of the configuration', load: () => import('./agents.js') }],
  ['schema', { group: 'Prepare', summary: 'print the JSON Schema of plans', load: () => import('./schema.js') }],
  ['setup', { group: 'Prepare', summary: 'register the search attributes', load: () => import('./setup.js') }],
]);
