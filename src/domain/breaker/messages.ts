// The messages of the Workflow of a breaker, and its answers. Names are part of histories, and never change.
import { z } from 'zod';
import type { BreakerFigures, BreakerPhase } from './state-machine.js';
import { BreakerSettings } from './settings.js';

export const CIRCUIT_BREAKER = 'circuitBreaker';

export const BREAKER_MESSAGES = {
  /** Update: the outcomes that a worker has seen, answered by a `BreakerView`. */
  report: 'report',
  /** Update: a person's decision, answered by a `BreakerView`. */
  turn: 'turn',
  /** Query, with the time of the caller in milliseconds since 1970: a `BreakerView`. */
  view: 'view',
} as const;

/** The scope is a project, or the agent's own Task Queue: two projects on one server may have agents of the same name. */
export const breakerId = (scope: string, agent: string): string => `baton-breaker/${scope}/${agent}`;

export const BreakerTerms = z.strictObject({
  settings: BreakerSettings,
  /** When they were deployed, in milliseconds since 1970. If workers disagree, the newest settings hold. */
  since: z.number(),
});
export type BreakerTerms = z.infer<typeof BreakerTerms>;

export const BreakerReport = z.strictObject({
  /** The worker's own Task Queue. */
  worker: z.string().min(1),
  terms: BreakerTerms,
  /** The epoch in which the calls were let through. */
  epoch: z.int(),
  /** One letter for each call, in their order: see `outcome-letters.ts`. */
  calls: z.string().regex(/^[SFsfI]*$/),
  /** Calls that wait to be probes of a half-open breaker. */
  probes: z.int().min(0),
});
export type BreakerReport = z.infer<typeof BreakerReport>;

export const BreakerTurn = z.strictObject({
  to: z.enum(['closed', 'open', 'forced-open', 'forced-closed']),
  /** Milliseconds that it stays open; default the time of its settings. */
  openMs: z.number().positive().optional(),
  /** If the caller knows them; otherwise those of the breaker are kept. */
  terms: BreakerTerms.optional(),
});
export type BreakerTurn = z.infer<typeof BreakerTurn>;

export interface BreakerView {
  readonly agent: string;
  readonly phase: BreakerPhase;
  /** When its Workflow began, in milliseconds since 1970. Epochs count from there. */
  readonly born: number;
  readonly epoch: number;
  /** Milliseconds since it entered this phase. */
  readonly forMs: number;
  /** Milliseconds until an open breaker lets calls try. */
  readonly waitMs?: number;
  /** Probes that the reporting worker may make. */
  readonly granted: number;
  readonly figures: BreakerFigures;
  readonly terms: BreakerTerms;
  /** How many workers have a mirror of it. */
  readonly workers: number;
}
