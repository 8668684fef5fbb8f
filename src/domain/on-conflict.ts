/** What a start does if a run with its id exists already; docs/cli.md and docs/events.md describe them. */
export const ON_CONFLICT = ['attach', 'reject', 'queue', 'replace'] as const;

/**
 * `attach`: finds the run if it has the same plan and input, and is refused otherwise. `reject`: is refused. `queue`: starts when the run
 * has ended, in the order of the calls. `replace`: cancels the run, and starts when it has ended.
 */
export type OnConflict = (typeof ON_CONFLICT)[number];
