// What a page shows of a run in addition to its picture.
import type { Insides } from '../../../domain/picture/flatten.js';
import type { LookName } from '../../../domain/picture/looks.js';
import type { Picture } from '../../../domain/picture/picture.js';
import type { ShownValue } from '../../../domain/picture/shown-value.js';

/** Times are in milliseconds since 1970. */
export interface PageAttempt {
  /** The first is 1. */
  readonly number: number;
  readonly from: number;
  readonly to: number;
  readonly failure: string;
  /** It left no note of its end: it ran at some time between `from` and `to`. */
  readonly isApproximate: boolean;
}

export interface PageCall {
  readonly name: string;
  readonly task: string;
  readonly item?: number | undefined;
  readonly from: number;
  /** Its attempts before the last one, as far as their times are known. */
  readonly earlier?: readonly PageAttempt[];
  /** The number of earlier attempts whose times are not known. */
  readonly unknown?: number;
  /** Why the last of them failed. */
  readonly lastFailure?: string;
  /** When its last attempt began; before that, it waited, or earlier attempts failed. */
  readonly began?: number | undefined;
  readonly to?: number | undefined;
  readonly attempts: number;
  readonly look: LookName;
}

export interface TaskFacts {
  readonly startedAt?: number | undefined;
  readonly endedAt?: number | undefined;
  /** The command that answers, if the task waits for a person or an event. */
  readonly command?: string | undefined;
  /** The description of an approval. */
  readonly description?: string | undefined;
  readonly input?: ShownValue | undefined;
  readonly output?: ShownValue | undefined;
  /** The look of each item of a forEach. */
  readonly items?: readonly LookName[] | undefined;
  /** Items that failed, with the reason. */
  readonly itemFailures?: readonly string[] | undefined;
  /** The run of its sub-plan. */
  readonly subRun?: string | undefined;
}

export interface RunPage {
  readonly picture: Picture;
  /** The pictures of the sub-plans of its tasks, each with those below it. */
  readonly insides: Insides;
  /** By the id of a task. */
  readonly facts: ReadonlyMap<string, TaskFacts>;
  readonly calls: readonly PageCall[];
  /** Ids of tasks. */
  readonly critical: readonly string[];
}

/** How a page behaves. */
export interface PageOptions {
  /** The page is served: it updates itself, requests values, and acts on the run. */
  readonly isLive?: boolean;
  /** The server also has a list of runs. */
  readonly hasHome?: boolean;
  /** Of what is shown: a browser that has it needs only what changes. */
  readonly version?: number;
  /** Sub-plans and items are open at the start. */
  readonly expand?: boolean;
}
