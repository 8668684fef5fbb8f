// What a run has in its memo from its start, for lists of runs: also there if the server does not have Baton's search attributes. Existing runs
// carry these names: keys may be added, never renamed.

/** Of a fork: the id of the old run. */
export const FORK_MEMO = 'batonForkOf';

/** Of a run that retries the debt of another: the id of that run. */
export const COMPENSATES_MEMO = 'batonCompensates';

/** Of a fork that was started with a reason: the reason, for people. */
export const REASON_MEMO = 'batonReason';

/** The ticket under which the run was started: a start that is repeated under the same ticket finds this run. */
export const TICKET_MEMO = 'batonTicket';
