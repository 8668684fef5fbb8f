// The log of a worker, with the entries of Temporal's SDK and of agents: JSON lines for machines, short lines for people.
import { ApplicationFailure, type LogLevel, type LogMetadata, type Logger } from '@temporalio/common';
import { pino } from 'pino';
import { visible, visibleLine } from '../../domain/text/visible.js';
import type { Io } from './io.js';

export interface LogOptions {
  /** The lowest level that is logged. */
  readonly level: 'debug' | 'info' | 'warn';
  readonly format: 'lines' | 'json';
}

const SEVERITY = { TRACE: 0, DEBUG: 1, INFO: 2, WARN: 3, ERROR: 4 } as const satisfies Record<LogLevel, number>;
const LOWEST = { debug: SEVERITY.DEBUG, info: SEVERITY.INFO, warn: SEVERITY.WARN } as const;

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

/** The fields that are printed after the message. */
const SHOWN = ['workflowId', 'task', 'item', 'agent'] as const;

type Write = (level: LogLevel, message: string, meta: LogMetadata) => void;

export function createLog(io: Io, { level, format }: LogOptions): Logger {
  const write = format === 'json' ? jsonWriter() : lineWriter(io);
  const isRepeated = createRepeatFilter();
  const log = (at: LogLevel, message: string, meta: LogMetadata = {}): void => {
    if (SEVERITY[at] < LOWEST[level] || (level !== 'debug' && (NOISE.includes(message) || isRepeated(meta)))) return;
    write(at, message, meta);
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

function jsonWriter(): Write {
  const serializers = { error: pino.stdSerializers.err };
  const destination = pino.destination({ dest: 2, sync: true });
  // pino escapes what JSON must escape, and a log may be read on a terminal.
  const safe = { write: (line: string): void => void destination.write(visible(line)) };
  const json = pino({ level: 'trace', base: null, serializers, timestamp: pino.stdTimeFunctions.isoTime }, safe);
  const methods = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;
  return (level, message, meta) => json[methods[level]](meta, message);
}

function lineWriter(io: Io): Write {
  const paint = io.colours(io.stderr);
  const colours = {
    TRACE: paint.dim,
    DEBUG: paint.dim,
    INFO: paint.green,
    WARN: paint.yellow,
    ERROR: paint.red,
  } as const;
  return (level, message, meta) => {
    const time = new Date().toTimeString().slice(0, 8);
    const fields = SHOWN.flatMap((key) =>
      meta[key] === undefined ? [] : [`${key}=${visibleLine(String(meta[key]))}`],
    );
    const reason = meta['error'] instanceof Error ? [visibleLine(meta['error'].message)] : [];
    const words = [time, colours[level](level.toLowerCase().padEnd(5)), visibleLine(message), ...reason];
    io.note([...words, paint.dim(fields.join(' '))].join(' ').trimEnd());
  };
}
