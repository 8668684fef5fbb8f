// The log of a worker, which is that of Temporal's SDK and of the agents: JSON lines for machines, short ones for people.
import type { LogLevel, LogMetadata, Logger } from '@temporalio/common';
import { pino } from 'pino';
import { oneLine } from '../domain/one-line.js';
import type { Io } from './io.js';

export interface LogOptions {
  /** The least that is logged. */
  readonly level: 'debug' | 'info' | 'warn';
  readonly format: 'lines' | 'json';
}

const SEVERITY = { TRACE: 0, DEBUG: 1, INFO: 2, WARN: 3, ERROR: 4 } as const satisfies Record<LogLevel, number>;
const LEAST = { debug: SEVERITY.DEBUG, info: SEVERITY.INFO, warn: SEVERITY.WARN } as const;

/** What a run tells itself, in a better place, and what nobody who runs a worker can use. */
const NOISE = [
  'Activity failed',
  'Workflow failed',
  'Worker state changed',
  'No workflows registered, not polling for workflow tasks',
  'No Nexus services registered, not polling for Nexus tasks',
];

/** What a person wants to know of an entry, beside the message. */
const SHOWN = ['workflowId', 'task', 'item', 'agent'] as const;

type Write = (level: LogLevel, message: string, meta: LogMetadata) => void;

export function createLog(io: Io, { level, format }: LogOptions): Logger {
  const write = format === 'json' ? jsonWriter() : lineWriter(io);
  const log = (at: LogLevel, message: string, meta: LogMetadata = {}): void => {
    if (SEVERITY[at] < LEAST[level] || (level !== 'debug' && NOISE.includes(message))) return;
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

function jsonWriter(): Write {
  const serializers = { error: pino.stdSerializers.err };
  const destination = pino.destination({ dest: 2, sync: true });
  const json = pino({ level: 'trace', base: null, serializers, timestamp: pino.stdTimeFunctions.isoTime }, destination);
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
    const fields = SHOWN.flatMap((key) => (meta[key] === undefined ? [] : [`${key}=${oneLine(String(meta[key]))}`]));
    const reason = meta['error'] instanceof Error ? [oneLine(meta['error'].message)] : [];
    const words = [time, colours[level](level.toLowerCase().padEnd(5)), oneLine(message), ...reason];
    io.note([...words, paint.dim(fields.join(' '))].join(' ').trimEnd());
  };
}
