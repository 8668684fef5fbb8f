// The log of a command, with lines that go through its terminal.
import type { Logger } from '@temporalio/common';
import { createLog, jsonWriter, textLine, type LogOptions } from '../../telemetry/log.js';
import type { Io } from './io.js';

export interface CommandLogOptions extends Pick<LogOptions, 'level'> {
  readonly format: 'text' | 'json';
}

export function commandLog(io: Io, { level, format }: CommandLogOptions): Logger {
  const colours = io.colours(io.stderr);
  const ofLevel = {
    TRACE: colours.dim,
    DEBUG: colours.dim,
    INFO: colours.green,
    WARN: colours.yellow,
    ERROR: colours.red,
  } as const;
  const paint = { dim: colours.dim, level: (at: keyof typeof ofLevel, text: string) => ofLevel[at](text) };
  return createLog({ level, write: format === 'json' ? jsonWriter() : (...entry) => io.note(textLine(entry, paint)) });
}
