// How it is told whether an agent, or a resource of a pool, is well.
import { z } from 'zod';
import { Duration } from './duration.js';

const KINDS = ['http', 'command', 'run'] as const;

type Run = (signal: AbortSignal) => unknown;

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
    every: Duration.optional(),
    /** How long it may take to answer; default 5s. */
    timeout: Duration.optional(),
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
