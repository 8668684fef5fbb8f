// Health checks of agents, and of the resources of a pool.
import { z } from 'zod';
import { Duration, parseDuration } from './duration.js';
import { HttpUrl } from './http-url.js';
import { shown } from './problem.js';

const KINDS = ['http', 'command', 'run'] as const;

/** A check that runs less than once a day, or takes longer than a day, is not monitoring. */
const MAX_MS = 86_400_000;

/** What only a command has. */
const OF_COMMANDS = { cwd: 'the working directory', env: 'the environment', inheritEnv: 'the environment' } as const;

type Run = (signal: AbortSignal) => unknown;

const UpToADay = Duration.superRefine((text, context) => {
  if ((parseDuration(text) ?? 0) <= MAX_MS) return;
  context.addIssue({ code: 'custom', message: `expected at most 1d, got ${shown(text)}` });
});

export const HealthCheck = z
  .strictObject({
    /** An address; healthy if it answers a GET with a 2xx status. */
    http: HttpUrl.optional(),
    /** A program and its arguments; healthy if it exits with 0. */
    command: z
      .tuple([z.string().min(1)], z.string(), 'expected a list: the program, then its arguments')
      .readonly()
      .optional(),
    /** The working directory of the program. */
    cwd: z.string().min(1).optional(),
    /** Variables of the worker that the program gets, in addition to those that every command gets. */
    env: z.array(z.string().min(1)).optional(),
    /** Passes on the whole environment of the worker. */
    inheritEnv: z.boolean().optional(),
    /** A function; unhealthy if it throws or rejects. */
    run: z.custom<Run>((value) => typeof value === 'function', 'expected a function').optional(),
    /** Interval between two checks; default 10s. */
    every: UpToADay.optional(),
    /** How long a check may take; default 5s. */
    timeout: UpToADay.optional(),
  })
  .superRefine((check, context) => {
    const given = KINDS.filter((kind) => check[kind] !== undefined);
    if (given.length !== 1) {
      const message = `expected exactly one of ${KINDS.join(', ')}, got ${given.join(' and ') || 'none'}`;
      context.addIssue({ code: 'custom', message });
    }
    for (const [key, what] of Object.entries(OF_COMMANDS)) {
      if (check[key as keyof typeof OF_COMMANDS] === undefined || check.command !== undefined) continue;
      context.addIssue({ code: 'custom', path: [key], message: `${key} needs command: it is ${what} of the command` });
    }
  });
export type HealthCheck = z.infer<typeof HealthCheck>;

export const DEFAULT_CHECK_TIMEOUT = '5s';

/** The result of one check. */
export type Health =
  | { readonly isHealthy: true; readonly latencyMs: number }
  | { readonly isHealthy: false; readonly latencyMs: number; readonly why: string };
