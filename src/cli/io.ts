// What a command may do with the terminal. stdout is for scripts, stderr for people.
// I1. With `--json`, stdout gets one JSON document and nothing else.
// I2. While a live view draws, every line for people goes through it, so that nothing is drawn over.
import pc from 'picocolors';

/** 0 completed · 1 the run failed or was cancelled · 2 refused · 3 the server cannot be reached. */
export type ExitCode = 0 | 1 | 2 | 3;

export type Colours = ReturnType<typeof pc.createColors>;

export interface Io {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Prints to stdout; a last line that is not ended is ended. */
  print(this: void, text: string): void;
  printJson(this: void, value: unknown): void;
  /** A line for people, on stderr. */
  note(this: void, line: string): void;
  /** Sends the notes elsewhere until the function that it returns is called. */
  divertNotes(this: void, sink: (line: string) => void): () => void;
  colours(this: void, stream: NodeJS.WriteStream): Colours;
  /** Whether a table that redraws itself is of use. */
  isLive(this: void): boolean;
  /** How the process ends; 0 unless a command says otherwise. */
  exitCode: ExitCode;
}

export interface IoOptions {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** False for `--no-color`. */
  readonly colour: boolean;
}

export function createIo({ stdout, stderr, env, cwd, colour }: IoOptions): Io {
  const toStderr = (line: string): void => void stderr.write(`${line}\n`);
  let sink = toStderr;
  const print = (text: string): void => void stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  return {
    stdout,
    stderr,
    env,
    cwd,
    print,
    printJson: (value) => print(JSON.stringify(value, null, 2)),
    note: (line) => sink(line),
    divertNotes(to) {
      sink = to;
      return () => {
        sink = toStderr;
      };
    },
    colours: (stream) => pc.createColors(colour && wantsColour(stream, env)),
    isLive: () => stderr.isTTY === true && env['TERM'] !== 'dumb' && isUnset(env['CI']),
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
