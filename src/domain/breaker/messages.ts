// What is said to the Workflow of a breaker, and what it answers. Names are history, and never change.
import { z } from 'zod';
import type { BreakerFigures, BreakerPhase } from './breaker.js';
import { BreakerSettings } from './settings.js';

export const CIRCUIT_BREAKER = 'circuitBreaker';

export const BREAKER_MESSAGES = {
  /** Update: what a worker has seen, answered by a `BreakerView`. */
  report: 'report',
  /** Update: a person's decision, answered by a `BreakerView`. */
  turn: 'turn',
  /** Query, with the time of who asks, in milliseconds since 1970: a `BreakerView`. */
  view: 'view',
} as const;

/** Where an agent's calls go tells it from another of the same name: two projects may share a server. */
export const breakerId = (taskQueue: string, agent: string): string => `baton-breaker/${taskQueue}/${agent}`;

export const BreakerTerms = z.strictObject({
  settings: BreakerSettings,
  /** When they were deployed, in milliseconds since 1970: of two that disagree the newer hold. */
  since: z.number(),
});
export type BreakerTerms = z.infer<typeof BreakerTerms>;

export const BreakerReport = z.strictObject({
  /** The worker's own Task Queue. */
  worker: z.string().min(1),
  terms: BreakerTerms,
  /** The epoch in which the calls were let through. */
  epoch: z.int(),
  /** A letter for each call, in order: `S`ucceeded, `F`ailed, `s` and `f` if it was slow, `I`gnored. */
  calls: z.string().regex(/^[SFsfI]*$/),
  /** Calls that want to try a half-open breaker. */
  probes: z.int().min(0),
});
export type BreakerReport = z.infer<typeof BreakerReport>;

export const BreakerTurn = z.strictObject({
  to: z.enum(['closed', 'open', 'forced-open', 'forced-closed']),
  /** Milliseconds, where it is to be open for a time of its own. */
  openMs: z.number().positive().optional(),
  /** Of who knows them; without, those that it has hold. */
  terms: BreakerTerms.optional(),
});
export type BreakerTurn = z.infer<typeof BreakerTurn>;

export interface BreakerView {
  readonly agent: string;
  readonly phase: BreakerPhase;
  /** When its Workflow began, in milliseconds since 1970: epochs count from there. */
  readonly born: number;
  readonly epoch: number;
  /** Milliseconds since it came into this phase. */
  readonly forMs: number;
  /** Milliseconds until an open one lets calls try. */
  readonly waitMs?: number;
  /** Probes that the asking worker may make. */
  readonly granted: number;
  readonly figures: BreakerFigures;
  readonly terms: BreakerTerms;
  readonly workers: number;
}
