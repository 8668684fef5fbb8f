// How it is told whether an agent, or a resource of a pool, is well.
import { z } from 'zod';
import { Duration, parseDuration } from './duration.js';
import { got } from './problem.js';

const KINDS = ['http', 'command', 'run'] as const;

/** More than a day between two looks, or for one, is no look after anybody. */
const MAX_MS = 86_400_000;

type Run = (signal: AbortSignal) => unknown;

const UpToADay = Duration.superRefine((text, context) => {
  if ((parseDuration(text) ?? 0) <= MAX_MS) return;
  context.addIssue({ code: 'custom', message: `expected at most 1d, got ${got(text)}` });
});

export const HealthCheck = z
  .strictObject({
    /** An address that answers a GET with a status of 2xx. */
    http: z.url({ protocol: /^https?$/, error: 'expected a URL that begins with http:// or https://' }).optional(),
    /** A program that exits with 0, and its arguments. */
    command: z
      .tuple([z.string().min(1)], z.string(), 'expected a list: the program, then its arguments')
      .readonly()
      .optional(),
    /** Where the program runs. */
    cwd: z.string().min(1).optional(),
    /** A function that throws, or rejects, where something is wrong. */
    run: z.custom<Run>((value) => typeof value === 'function', 'expected a function').optional(),
    /** How often a worker asks; default 10s. */
    every: UpToADay.optional(),
    /** How long it may take to answer; default 5s. */
    timeout: UpToADay.optional(),
  })
  .superRefine((check, context) => {
    const said = KINDS.filter((kind) => check[kind] !== undefined);
    if (said.length !== 1) {
      const message = `expected exactly one of ${KINDS.join(', ')}, got ${said.join(' and ') || 'none'}`;
      context.addIssue({ code: 'custom', message });
    }
    if (check.cwd !== undefined && check.command === undefined) {
      context.addIssue({ code: 'custom', path: ['cwd'], message: 'expected cwd only beside command, got it without' });
    }
  });
export type HealthCheck = z.infer<typeof HealthCheck>;

export const DEFAULT_CHECK_TIMEOUT = '5s';

/** What one check has found. */
export type Health =
  | { readonly isHealthy: true; readonly latencyMs: number }
  | { readonly isHealthy: false; readonly latencyMs: number; readonly why: string };
