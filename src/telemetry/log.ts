// The log of a process, with the entries of Temporal's SDK, of Workflows and of agents: JSON lines for machines, short lines for people.
import { ApplicationFailure, type LogLevel, type LogMetadata, type Logger } from '@temporalio/common';
import { pino } from 'pino';
import { ORCHESTRATE } from '../domain/run/input.js';
import { visible, visibleLine } from '../domain/text/visible.js';
import type { LogLevelName, LogSettings } from './settings.js';

export type WriteEntry = (level: LogLevel, message: string, meta: LogMetadata) => void;

export interface LogOptions {
  /** The lowest level that is logged. */
  readonly level: LogLevelName;
  readonly write: WriteEntry;
}

const SEVERITY = { TRACE: 0, DEBUG: 1, INFO: 2, WARN: 3, ERROR: 4 } as const satisfies Record<LogLevel, number>;
const LOWEST = { debug: SEVERITY.DEBUG, info: SEVERITY.INFO, warn: SEVERITY.WARN, error: SEVERITY.ERROR } as const;

/** Entries that a run reports better itself, and entries that are of no use to a user. They are logged at level debug only. */
const NOISE = [
  'Activity failed',
  'Workflow failed',
  'Worker state changed',
  'No workflows registered, not polling for workflow tasks',
  'No activities registered, not polling for activity tasks',
  'No Nexus services registered, not polling for Nexus tasks',
];

/** Failures of the storage: each task reports them again, as often as the server tries it. */
const STORAGE_FAILURES = new Set(['StorageUnavailable', 'ValueNotStored', 'ValueLost']);
const REPEAT_MS = 60_000;

/** The fields that a line for people has after the message. */
const SHOWN = ['run', 'task', 'item', 'agent'] as const;

export function createLog({ level, write }: LogOptions): Logger {
  const isRepeated = createRepeatFilter();
  const log = (at: LogLevel, message: string, meta: LogMetadata = {}): void => {
    if (SEVERITY[at] < LOWEST[level] || (level !== 'debug' && (NOISE.includes(message) || isRepeated(meta)))) return;
    write(at, message, withRun(meta));
  };
  return {
    log,
    trace: (message, meta) => log('TRACE', message, meta),
    debug: (message, meta) => log('DEBUG', message, meta),
    info: (message, meta) => log('INFO', message, meta),
    warn: (message, meta) => log('WARN', message, meta),
    error: (message, meta) => log('ERROR', message, meta),
  };
}

/** The log of a program that has no log of its own for it: JSON, unless a person reads stderr. */
export function processLog({ level = 'info', format }: LogSettings = {}): Logger {
  const isJson = (format ?? (process.stderr.isTTY ? 'text' : 'json')) === 'json';
  const write: WriteEntry = (...entry) => void process.stderr.write(`${textLine(entry)}\n`);
  return createLog({ level, write: isJson ? jsonWriter() : write });
}

/**
 * The SDK names the Workflow of an entry, which is the run, unless it is that of a breaker, for example. Its task token is of no use to a
 * reader, and would let one end the task.
 */
function withRun({ taskToken: _, ...meta }: LogMetadata): LogMetadata {
  const { workflowId: run, workflowType = ORCHESTRATE } = meta as { workflowId?: unknown; workflowType?: unknown };
  return run === undefined || workflowType !== ORCHESTRATE ? meta : { run, ...meta };
}

/** True for a failure of the storage that was logged less than a minute ago. */
function createRepeatFilter(): (meta: LogMetadata) => boolean {
  const loggedMs = new Map<string, number>();
  return ({ error }) => {
    if (!(error instanceof ApplicationFailure) || !STORAGE_FAILURES.has(error.type ?? '')) return false;
    // Each value has a message of its own; its type is the same for all.
    const what = error.type ?? '';
    const isRepeat = Date.now() - (loggedMs.get(what) ?? -Infinity) < REPEAT_MS;
    if (!isRepeat) loggedMs.set(what, Date.now());
    return isRepeat;
  };
}

/** Writes one JSON object a line to stderr. */
export function jsonWriter(): WriteEntry {
  const serializers = { error: pino.stdSerializers.err };
  const destination = pino.destination({ dest: 2, sync: true });
  // pino escapes what JSON must escape, and a log may be read on a terminal.
  const safe = { write: (line: string): void => void destination.write(visible(line)) };
  const formatters = { level: (label: string) => ({ level: label }) };
  const timestamp = pino.stdTimeFunctions.isoTime;
  const json = pino({ level: 'trace', base: null, serializers, formatters, timestamp }, safe);
  const methods = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;
  return (level, message, meta) => json[methods[level]](meta, message);
}

interface Paint {
  readonly dim: (text: string) => string;
  readonly level: (level: LogLevel, text: string) => string;
}

const NO_PAINT: Paint = { dim: (text) => text, level: (_level, text) => text };

/** An entry on one line, for people. */
export function textLine([level, message, meta]: Parameters<WriteEntry>, paint: Paint = NO_PAINT): string {
  const time = new Date().toTimeString().slice(0, 8);
  const fields = SHOWN.flatMap((key) => (meta[key] === undefined ? [] : [`${key}=${visibleLine(String(meta[key]))}`]));
  const reason = meta['error'] instanceof Error ? [visibleLine(meta['error'].message)] : [];
  const words = [time, paint.level(level, level.toLowerCase().padEnd(5)), visibleLine(message), ...reason];
  return [...words, paint.dim(fields.join(' '))].join(' ').trimEnd();
}
