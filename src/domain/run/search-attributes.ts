// The search attributes of runs, for the Temporal Web UI and `baton runs`. Existing runs carry these names: attributes may be added,
// never renamed.
import type { RunState } from './waiting.js';

/** `kind` is the name of the type in Temporal's SDKs. */
export const SEARCH_ATTRIBUTES = {
  plan: { name: 'BatonPlan', kind: 'KEYWORD' },
  status: { name: 'BatonStatus', kind: 'KEYWORD' },
  failedTask: { name: 'BatonFailedTask', kind: 'KEYWORD' },
  forkOf: { name: 'BatonForkOf', kind: 'KEYWORD' },
  tenant: { name: 'BatonTenant', kind: 'KEYWORD' },
  state: { name: 'BatonState', kind: 'KEYWORD' },
  /** Of a run that ended with debt: the number of its tasks, as text. A later retry of the debt has a number of its own. */
  debt: { name: 'BatonDebt', kind: 'KEYWORD' },
  correlationId: { name: 'BatonCorrelationId', kind: 'KEYWORD' },
} as const satisfies Record<string, { name: string; kind: 'KEYWORD' }>;

/** Values of `BatonStatus`. `started` covers running and completed runs: Temporal's own status distinguishes these. */
export type StatusTag = 'started' | 'paused' | 'failed' | 'cancelled';

/** Values of `BatonState`, for runs in progress. `started`: none of the others is true; also that of runs that completed so. */
export type StateTag = RunState | 'started';
