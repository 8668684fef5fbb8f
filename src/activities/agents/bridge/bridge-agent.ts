// Makes an agent of a bridge: the description of a kind of system.
import { z } from 'zod';
import { AgentSettings, type Agent, type AgentContext, type AgentSchema } from '../../../domain/agent/agent.js';
import { defined } from '../../../domain/json/defined.js';
import type { SecretUse } from '../../../domain/secret.js';
import { AgentDefinitionError, agentName, parseSettings } from '../definition.js';
import { agentVersion } from '../version.js';
import { SUBMIT_MS, runJob } from './run-job.js';
import { END_MS } from './end-job.js';
import type { JobSystem } from './job-system.js';

/** Jobs of other systems often take hours; their own limits apply as well. */
const TIMEOUT = '1d';

export interface Bridge<S extends z.ZodType<AgentSettings>> {
  /** In a data file. */
  readonly kind: string;
  /** `AgentSettings`, and what the kind adds. */
  readonly settings: S;
  /** Settings of every agent that have another meaning for this kind. */
  readonly redefines?: readonly (keyof AgentSettings)[];
  /** Settings that contradict each other: one line for each, which begins with the name of a setting. */
  check?(this: void, settings: z.output<S>): readonly string[];
  /** The secrets that the settings name. */
  secrets?(this: void, settings: z.output<S>): readonly SecretUse[];
  /** The broker of the worker that it uses by its name. */
  speaksTo?(this: void, settings: z.output<S>): Agent['speaksTo'];
  /** Opens the system for one attempt. */
  open(this: void, settings: z.output<S>, context: AgentContext): JobSystem | Promise<JobSystem>;
}

/** What a job takes and returns. */
export interface JobSchemas<I, O> {
  readonly input?: AgentSchema<I> | undefined;
  readonly output?: AgentSchema<O> | undefined;
}

/** The function that makes agents of the kind. It throws an `AgentDefinitionError` if the settings are wrong. */
export const bridgeAgent =
  <S extends z.ZodObject & z.ZodType<AgentSettings>>({
    kind,
    settings,
    redefines = [],
    check,
    secrets,
    speaksTo,
    open,
  }: Bridge<S>) =>
  <I = unknown, O = unknown>(options: z.input<S> & JobSchemas<I, O>): Agent<I, O> => {
    const { input, output, ...data } = options;
    const parsed = parseSettings(settings, data);
    const problems = check?.(parsed) ?? [];
    if (problems.length > 0)
      throw new AgentDefinitionError(problems.map((problem) => `${agentName(data)}: ${problem}`));
    const named = secrets?.(parsed) ?? [];
    const own = Object.fromEntries(redefines.map((key) => [`own.${key}`, parsed[key]]));
    return {
      ...commonOf(parsed, redefines),
      kind,
      version: agentVersion({ ...parsed, ...own }, { input, output }),
      ...defined({ input, output }),
      timeout: parsed.timeout ?? TIMEOUT,
      // An attempt ends when its job has.
      graceMs: SUBMIT_MS + END_MS,
      ...(named.length === 0 ? {} : { secrets: named }),
      ...defined({ speaksTo: speaksTo?.(parsed) }),
      // The type of the output is checked by the caller, against its schema.
      run: (given, context) => runJob((one) => open(parsed, one), given, context) as Promise<O>,
    };
  };

/** The settings that every agent has. */
const commonOf = (settings: AgentSettings, except: readonly string[]): AgentSettings =>
  Object.fromEntries(
    Object.entries(settings).filter(([key]) => Object.hasOwn(AgentSettings.shape, key) && !except.includes(key)),
  ) as AgentSettings;
