// What happens in a run, as `run.events()` reports it. Values of `type` may be added: a reader passes over those that it does not know.
import type { Failure, RunFailure } from '../failure.js';
import type { Skip } from '../progress/state.js';
import type { RunResult } from './result.js';

interface About {
  /** ISO 8601. */
  readonly at: string;
}

interface AboutTask extends About {
  readonly task: string;
}

/** How a task ended. `attempts`: of all its calls. */
interface TaskEnded extends AboutTask {
  readonly attempts: number;
}

export type JournalEvent =
  | (About & { readonly type: 'run.started'; readonly plan: string })
  | (About & { readonly type: 'run.paused'; readonly because: string })
  | (About & { readonly type: 'run.resumed' | 'run.cancelling' | 'run.replanning' | 'run.compensating' })
  | (AboutTask & { readonly type: 'task.started'; readonly agent?: string })
  /** A person, an event or a time is awaited. `title`: what is asked; `until`: when the wait ends. */
  | (AboutTask & {
      readonly type: 'task.waiting';
      readonly for: 'person' | 'event' | 'time';
      readonly title?: string;
      readonly description?: string;
      readonly event?: string;
      readonly until?: string;
    })
  | (AboutTask & { readonly type: 'task.expanded'; readonly items: number })
  /** Items of a `forEach` have ended: after each hundredth of them, not after each. */
  | (AboutTask & {
      readonly type: 'task.progress';
      readonly succeeded: number;
      readonly failed: number;
      readonly items: number;
    })
  | (TaskEnded & { readonly type: 'task.completed' })
  | (TaskEnded & { readonly type: 'task.failed' | 'task.cancelled' | 'task.unknown'; readonly failure: Failure | null })
  /** `because`: the task that caused it, if one did. */
  | (AboutTask & { readonly type: 'task.skipped'; readonly cause: Skip['cause']; readonly because?: string })
  | (AboutTask & { readonly type: 'task.compensating' | 'task.compensated' | 'task.compensationFailed' });

type ServerEvent =
  /** Attempt `attempt` of its call, because the one before failed. `failure`: why, if it is known. */
  | (AboutTask & { readonly type: 'task.retried'; readonly attempt: number; readonly failure?: string })
  /** `lost`: the Workflow ended without a result. */
  | (About & {
      readonly type: 'run.ended';
      readonly status: RunResult['status'] | 'lost';
      readonly failure: RunFailure | null;
    });

export type RunEvent = (JournalEvent | ServerEvent) & {
  /** The position after this event: `run.events({ after: cursor })` continues there. */
  readonly cursor: string;
};
