// Notices changes of what a worker has read when it started: the configuration, the code of its agents, its plans. Programs of command
// agents are started for each call, so a change of them needs no other worker.
import { realpathSync } from 'node:fs';
import { basename, dirname, extname, relative } from 'node:path';
import { watch } from 'chokidar';
import { visibleName } from '../../domain/text/visible.js';
import { isModule } from '../../config/find.js';
import { planReport } from './report-plan.js';
import type { LoadedConfig } from '../session/load-config.js';

const CODE = new Set(['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs']);
const DATA = new Set(['.yaml', '.yml', '.json']);
const NOT_SOURCES = new Set(['node_modules', 'dist', 'coverage']);

/** Editors write a file in several steps, and people save several files. */
const SETTLED_MS = 200;

export interface Change {
  readonly config: LoadedConfig | undefined;
  /** The names of the files that changed, as text: `a.yaml, b.yaml`. */
  readonly file: string;
}

export interface SourceChanges {
  /** The receiver of the next changes. A change that came before is passed on immediately. */
  onChange(this: void, receive: (change: Change) => void): void;
  close(this: void): Promise<void>;
}

export async function watchSources(
  config: LoadedConfig,
  reload: () => Promise<LoadedConfig | undefined>,
  report: (message: string) => void,
): Promise<SourceChanges> {
  const directory = dirname(config.path);
  const isCode = isModule(config.path);
  let receive: ((change: Change) => void) | undefined;
  let waiting: Change | undefined;
  let digest = digestOf(config);
  let timer: NodeJS.Timeout | undefined;
  let changed = new Set<string>();
  let reading: Promise<void> = Promise.resolve();

  const look = async (files: ReadonlySet<string>): Promise<void> => {
    // The configuration explains more than a plan that changes with it.
    const named = files.has(config.path) ? [config.path] : [...files].sort();
    const name = named.map((file) => visibleName(relative(directory, file))).join(', ');
    const mayChangeCode = named.some((file) => file === config.path || (isCode && CODE.has(extname(file))));
    try {
      const loaded = await reload();
      const now = digestOf(loaded);
      if (!mayChangeCode && now === digest) {
        for (const file of named) {
          const line = await planReport(file, loaded);
          if (line !== undefined) report(line);
        }
        return;
      }
      digest = now;
      const change = { config: loaded, file: name };
      if (receive === undefined) waiting = change;
      else receive(change);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      report(`${name} changed, and the worker continues without the change: ${why}`);
    }
  };
  const watcher = watch(directory, {
    ignoreInitial: true,
    ignored: (path, stats) => path !== directory && isIgnored(path, stats?.isFile() === true, isCode),
  });
  watcher.on('all', (_event, path) => {
    changed.add(realpath(path));
    clearTimeout(timer);
    timer = setTimeout(() => {
      const files = changed;
      changed = new Set();
      reading = reading.then(() => look(files));
    }, SETTLED_MS);
  });
  watcher.on('error', (error) => report(`changes are no longer noticed: ${String(error)}`));
  await new Promise<void>((resolve) => watcher.once('ready', () => resolve()));
  return {
    onChange(to) {
      receive = to;
      const change = waiting;
      waiting = undefined;
      if (change !== undefined) to(change);
    },
    async close() {
      clearTimeout(timer);
      await watcher.close();
      await reading;
    },
  };
}

function isIgnored(path: string, isFile: boolean, isCode: boolean): boolean {
  const name = basename(path);
  if (name.startsWith('.') || NOT_SOURCES.has(name)) return true;
  return isFile && !DATA.has(extname(name)) && !(isCode && CODE.has(extname(name)));
}

/** Everything of a configuration that is data. */
function digestOf(config: LoadedConfig | undefined): string {
  if (config === undefined) return '';
  const { plans, agents, ...rest } = config;
  return JSON.stringify([[...plans], agents, rest]);
}

/** A file that has been removed has none. */
function realpath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
