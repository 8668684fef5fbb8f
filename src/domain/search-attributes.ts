// The search attributes by which runs are found in the Temporal Web UI and in `baton runs`.
// Names are history: runs that exist carry them, so they are added to, never renamed.

/** `kind` is Temporal's name of the type, as its SDKs write it. */
export const SEARCH_ATTRIBUTES = {
  plan: { name: 'BatonPlan', kind: 'KEYWORD' },
  status: { name: 'BatonStatus', kind: 'KEYWORD' },
  failedTask: { name: 'BatonFailedTask', kind: 'KEYWORD' },
  forkOf: { name: 'BatonForkOf', kind: 'KEYWORD' },
  tenant: { name: 'BatonTenant', kind: 'KEYWORD' },
} as const satisfies Record<string, { name: string; kind: 'KEYWORD' }>;

/** Values of `BatonStatus`. Temporal's own status tells a run that goes on from one that has completed. */
export type StatusTag = 'started' | 'paused' | 'failed' | 'cancelled';
