// How much of a history a run uses. Temporal terminates a Workflow at 51,200 events or 50 MB; the rest is left for calls that end, and for
// undoing.

/** The run continues as new, or stops, at one of these. */
export const LAST_EVENT = 40_000;
export const LAST_BYTE = 40 * 1024 * 1024;

/** Undoing may use the history up to here. */
export const LAST_UNDO_EVENT = 50_000;
export const LAST_UNDO_BYTE = 47 * 1024 * 1024;

/** A call has three events: scheduled, started, completed. */
export const EVENTS_OF_CALL = 3;
/** A Workflow Task has three events; one that starts or ends several calls has them only once. */
export const EVENTS_OF_WORKFLOW_TASK = 3;
