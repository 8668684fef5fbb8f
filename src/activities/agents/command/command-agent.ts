// An agent that is a program, run without a shell: the input is JSON on stdin, the answer is JSON on stdout. Exit code 0 is success.
// Every other code, and every signal, is a failure that is retried, except 126, 127 and the `fatalExits`. A line `::progress {json}`
// on stderr notes progress; other lines are logged.
import { defined } from '../../../domain/json/defined.js';
import { z } from 'zod';
import { AgentSettings, type Agent, type AgentContext, type AgentSchema } from '../../../domain/agent/agent.js';
import { Duration, durationMs } from '../../../domain/duration.js';
import { createAnswerReader, type CommandResult } from './answer.js';
import { CommandEnv, commandEnvironment, secretsOfEnv } from './environment.js';
import { agentVersion } from '../version.js';
import { AgentDefinitionError, agentName, parseSettings } from '../definition.js';
import { BigNumbersSetting } from '../big-numbers.js';
import { BigNumberError, readJson } from '../../../domain/json/read-json.js';
import { runProcess } from './run-process.js';
import { truncateEnd } from '../../../domain/text/truncate.js';

/** Time from SIGTERM to SIGKILL: half of the grace period after which the call would be given up. */
const KILL_AFTER = '5s';

/** What a program may print in addition to the largest output: white space around it. */
const SPARE_BYTES = 64 * 1024;

const ExitCodes = z.array(z.int().min(0).max(255));

/** The settings of a command in a data file, in addition to those of every agent. */
export const CommandSettings = AgentSettings.extend({
  /** The program and its first arguments. */
  command: z.tuple([z.string().min(1)], z.string(), 'expected a list: the program, then its arguments'),
  cwd: z.string().min(1).optional(),
  /** Added to what every command gets of the worker's environment: names of variables to pass on, or values by name. */
  env: CommandEnv.optional(),
  /** Passes on the whole environment of the worker. */
  inheritEnv: z.boolean().optional(),
  successExits: ExitCodes.optional(),
  /** Exit codes of failures that another attempt would not help; 126 and 127 are such codes anyway. */
  fatalExits: ExitCodes.optional(),
  /** What the program prints: one JSON document (default), or text, which becomes a string. */
  format: z.enum(['json', 'text']).optional(),
  /** Numbers that JavaScript cannot hold: `refuse` (default) fails the call with `InvalidOutput`, `text` makes each a string. */
  bigNumbers: BigNumbersSetting.optional(),
  /** Time from SIGTERM to SIGKILL; default 5s. */
  killAfter: Duration.optional(),
  /** Bytes that the program may print; by default a little more than an output may have. */
  maxStdout: z.int().min(1).optional(),
});
export type CommandSettings = z.infer<typeof CommandSettings>;

export interface CommandAgentOptions<I, O> extends CommandSettings {
  readonly input?: AgentSchema<I> | undefined;
  readonly output?: AgentSchema<O> | undefined;
  /** Makes arguments of the input, which follow those of `command`. Stdin is then empty, unless `stdin` is given. */
  args?(this: void, input: I): readonly string[];
  stdin?(this: void, input: I): string;
  /** Makes the output of what the program printed, if it has exited with success. */
  parse?(this: void, result: CommandResult, input: I): O | Promise<O>;
}

/** Makes an agent of a program. Throws an `AgentDefinitionError` if the settings are wrong. */
export function commandAgent<I = unknown, O = unknown>(options: CommandAgentOptions<I, O>): Agent<I, O> {
  const { input, output, args, stdin, parse, ...data } = options;
  const parsed = parseSettings(CommandSettings, data);
  const { command, cwd, env, inheritEnv, successExits, fatalExits, format, bigNumbers, ...more } = parsed;
  const { killAfter, maxStdout, ...settings } = more;
  refuseOverlap(parsed);
  const [program, ...first] = command;
  const answer = createAnswerReader<I, O>({
    program,
    successExits: successExits ?? [0],
    fatalExits: fatalExits ?? [],
    format: format ?? 'json',
    bigNumbers: bigNumbers ?? 'refuse',
    ...defined({ parse }),
  });
  return {
    ...settings,
    kind: 'command',
    version: agentVersion(parsed, { input, output }),
    ...defined({ input, output }),
    secrets: secretsOfEnv(env),
    program: { name: program, ...defined({ cwd }) },
    async run(given, context) {
      const maxStdoutBytes = maxStdout ?? context.maxOutputBytes + SPARE_BYTES;
      const environment = await commandEnvironment({ env, inheritEnv }, context);
      const end = await runProcess({
        command: [program, ...first, ...(args?.(given) ?? [])],
        ...defined({ cwd }),
        env: environment,
        stdin: stdin?.(given) ?? (args === undefined ? (JSON.stringify(given) ?? 'null') : ''),
        maxStdoutBytes,
        killAfterMs: durationMs(killAfter ?? KILL_AFTER),
        signal: context.signal,
        redactor: context.redactor,
        ...defined({ onStderr: context.active }),
        onStderrLine: (line) => noteLine(line, context),
      });
      return answer({ ...end, environment, maxStdoutBytes }, given, context.redactor);
    },
  };
}

/** Throws an `AgentDefinitionError`. */
function refuseOverlap(settings: CommandSettings): void {
  const both = settings.fatalExits?.find((code) => settings.successExits?.includes(code) ?? code === 0);
  if (both === undefined) return;
  const problem = `fatalExits: expected exit codes of failures, got ${both}, which means success`;
  throw new AgentDefinitionError([`${agentName(settings)}: ${problem}`]);
}

function noteLine(line: string, { log, progress }: AgentContext): void {
  const noted = /^::progress (.+)$/.exec(line)?.[1];
  if (noted === undefined) return log.debug(line);
  try {
    progress(readJson(noted));
  } catch (error) {
    const problem = error instanceof BigNumberError ? error.message : `expected JSON, got ${truncateEnd(noted, 80)}`;
    log.warn(`ignored: ::progress: ${problem}`);
  }
}
