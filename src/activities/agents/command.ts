// An agent that is a program: input as JSON on stdin, answer as JSON on stdout, no shell. Exit 0 is success, 75
// (EX_TEMPFAIL of sysexits.h) a failure worth another attempt, any other a failure that is not. A line on stderr that
// reads `::progress {json}` notes progress; the others are logged.
import { z } from 'zod';
import { AgentSettings, type Agent, type AgentContext, type AgentSchema } from '../../domain/agent.js';
import { MAX_VALUE_BYTES } from '../../domain/call.js';
import { Duration, durationMs } from '../../domain/duration.js';
import { commandAnswer, type CommandResult } from './command-answer.js';
import { versionOf } from '../fingerprint.js';
import { parseSettings } from './definition.js';
import { runProcess } from './run-process.js';

/** From SIGTERM to SIGKILL: half of the time after which the call would be given up. */
const KILL_AFTER = '5s';

/** White space around the largest value that is allowed. */
const MAX_STDOUT_BYTES = MAX_VALUE_BYTES + 64 * 1024;

const ExitCodes = z.array(z.int().min(0).max(255));

/** What a data file may say of a command, beside what it may say of any agent. */
export const CommandSettings = AgentSettings.extend({
  /** The program and its first arguments. */
  command: z.tuple([z.string().min(1)], z.string(), 'expected a list: the program, then its arguments'),
  cwd: z.string().min(1).optional(),
  /** Added to the environment of the worker. */
  env: z.record(z.string(), z.string()).optional(),
  successExits: ExitCodes.optional(),
  retryableExits: ExitCodes.optional(),
  /** What it prints: one JSON document (default), or text, which becomes a string. */
  format: z.enum(['json', 'text']).optional(),
  /** How long it has from SIGTERM to SIGKILL; default 5s. */
  killAfter: Duration.optional(),
  /** Bytes that it may print; by default a little more than an output may have. */
  maxStdout: z.int().min(1).optional(),
});
export type CommandSettings = z.infer<typeof CommandSettings>;

export interface CommandAgentOptions<I, O> extends CommandSettings {
  readonly input?: AgentSchema<I> | undefined;
  readonly output?: AgentSchema<O> | undefined;
  /** Arguments made of the input, after those of `command`; stdin is then empty unless `stdin` fills it. */
  args?(this: void, input: I): readonly string[];
  stdin?(this: void, input: I): string;
  /** Makes the output of what the program printed, once it has exited with success. */
  parse?(this: void, result: CommandResult, input: I): O | Promise<O>;
}

/** Throws an `AgentDefinitionError` if its settings are wrong. */
export function commandAgent<I = unknown, O = unknown>(options: CommandAgentOptions<I, O>): Agent<I, O> {
  const { input, output, args, stdin, parse, ...data } = options;
  const parsed = parseSettings(CommandSettings, data);
  const { command, cwd, env, successExits, retryableExits, format, killAfter, maxStdout, ...settings } = parsed;
  const [program, ...first] = command;
  const answer = commandAnswer<I, O>({
    program,
    successExits: successExits ?? [0],
    retryableExits: retryableExits ?? [75],
    format: format ?? 'json',
    maxStdoutBytes: maxStdout ?? MAX_STDOUT_BYTES,
    ...(parse === undefined ? {} : { parse }),
  });
  return {
    ...settings,
    kind: 'command',
    version: versionOf(parsed, { input, output }),
    ...(input === undefined ? {} : { input }),
    ...(output === undefined ? {} : { output }),
    async run(given, context) {
      const end = await runProcess({
        command: [program, ...first, ...(args?.(given) ?? [])],
        ...(cwd === undefined ? {} : { cwd }),
        env: { ...process.env, ...env, ...callEnvironment(context) },
        stdin: stdin?.(given) ?? (args === undefined ? (JSON.stringify(given) ?? 'null') : ''),
        maxStdoutBytes: maxStdout ?? MAX_STDOUT_BYTES,
        killAfterMs: durationMs(killAfter ?? KILL_AFTER),
        signal: context.signal,
        onStderrLine: (line) => noteLine(line, context),
      });
      return answer(end, given);
    },
  };
}

const callEnvironment = ({ idempotencyKey, attempt, correlation }: AgentContext): NodeJS.ProcessEnv => ({
  BATON_IDEMPOTENCY_KEY: idempotencyKey,
  BATON_RUN_ID: correlation.run,
  BATON_TASK_ID: correlation.task,
  BATON_ATTEMPT: String(attempt),
  // Undefined takes away what this worker may itself have been given, being a command of another.
  BATON_ITEM_INDEX: correlation.item === undefined ? undefined : String(correlation.item),
});

function noteLine(line: string, { log, progress }: AgentContext): void {
  const noted = /^::progress (.+)$/.exec(line)?.[1];
  if (noted === undefined) return log.debug(line);
  try {
    progress(JSON.parse(noted));
  } catch {
    log.warn(`ignored: ::progress: expected JSON, got ${noted.slice(0, 80)}`);
  }
}
