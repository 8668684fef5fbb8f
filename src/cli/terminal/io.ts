// The terminal as commands use it. stdout is for scripts, stderr for people.
// I1. With `--json`, stdout gets one JSON document and nothing else.
// I2. While a live view is drawn, every line for people goes through the view, so that no line is overwritten.
// I3. No text from outside acts on a terminal: all output goes through `forTerminal`. Only `printExact` leaves text as it is, for the
//     output of a run and for files, if stdout is not a terminal.
import { visible } from '../../domain/text/visible.js';
import { columnsOf, wrap } from './fit.js';
import { createColours, forTerminal, type Colours } from './paint.js';

export type { Colours };

/** 0 completed · 1 the run failed or was cancelled · 2 rejected · 3 the server cannot be reached. */
export type ExitCode = 0 | 1 | 2 | 3;

export interface Io {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Prints to stdout, and ends the last line. */
  print(this: void, text: string): void;
  /** As `print`, but to a file or pipe, every character as it is. */
  printExact(this: void, text: string): void;
  printJson(this: void, value: unknown): void;
  /** Prints a line for people on stderr; a terminal gets it wrapped between words. */
  note(this: void, line: string): void;
  /** Sends the lines for people to `sink` until the returned function is called. */
  divertNotes(this: void, sink: (line: string) => void): () => void;
  colours(this: void, stream: NodeJS.WriteStream): Colours;
  /** Whether stderr can show a table that redraws itself. */
  isLive(this: void): boolean;
  /** The keyboard of a person who sees stderr; `undefined` if stdin or stderr is not a terminal, or in CI. */
  keyboard(this: void): NodeJS.ReadStream | undefined;
  /** The server that the command uses, for errors; absent until there is one. */
  server?: { readonly address: string; readonly namespace: string };
  /** The same, as a line for people. */
  serverLine?: string;
  /** The line about the server that was printed. */
  notedServer?: string;
  /** The exit code of the process; a command may set it. */
  exitCode: ExitCode;
}

export interface IoOptions {
  /** Opened when it is needed. Default: there is none. */
  readonly stdin?: () => NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** False for `--no-color`. */
  readonly colour: boolean;
}

export function createIo({ stdin, stdout, stderr, env, cwd, colour }: IoOptions): Io {
  const toStderr = (line: string): void =>
    void stderr.write(`${forTerminal(wrap(line, columnsOf(stderr)).join('\n'))}\n`);
  let sink = toStderr;
  const write = (text: string): void => void stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  return {
    stdout,
    stderr,
    env,
    cwd,
    print: (text) => write(forTerminal(text)),
    printExact: (text) => write(stdout.isTTY ? forTerminal(text) : text),
    // In JSON, the escapes of the shown text are the escapes of JSON: the data is the same.
    printJson: (value) => write(visible(JSON.stringify(value, null, 2))),
    note: (line) => sink(line),
    divertNotes(to) {
      sink = to;
      return () => {
        sink = toStderr;
      };
    },
    colours: (stream) => createColours(colour && wantsColour(stream, env)),
    isLive: () => stderr.isTTY === true && env['TERM'] !== 'dumb' && isUnset(env['CI']),
    keyboard() {
      if (stdin === undefined || stderr.isTTY !== true || !isUnset(env['CI'])) return undefined;
      const keys = stdin();
      return keys.isTTY === true ? keys : undefined;
    },
    exitCode: 0,
  };
}

const isUnset = (value: string | undefined): boolean => value === undefined || value === '' || value === 'false';

/** https://no-color.org and FORCE_COLOR, as Node itself reads them. */
function wantsColour(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): boolean {
  if (env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '') return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}
