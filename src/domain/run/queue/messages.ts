// The starts of one run id that wait until the run of this id has ended. Names are part of histories and never change.
import { z } from 'zod';

/** The Workflow that keeps them, one for each run id with a start that waits. */
export const RUN_QUEUE = 'runQueue';

export const QUEUE_MESSAGES = { enqueue: 'enqueue', withdraw: 'withdraw', view: 'view', list: 'list' } as const;

export const QueuedStart = z.strictObject({
  /** Identifies the start: one that is sent again has the same ticket, and is carried out once. */
  ticket: z.string().min(1),
  policy: z.enum(['queue', 'replace']),
  taskQueue: z.string().min(1),
  /** The input of the run. */
  request: z.record(z.string(), z.unknown()),
});
export type QueuedStart = z.infer<typeof QueuedStart>;

/** A start that waits for the end of a run, as `status` shows it. */
export const WaitingStart = QueuedStart.pick({ ticket: true, policy: true });
export type WaitingStart = z.infer<typeof WaitingStart>;

/** What has become of a start. `starting`: it can no longer be withdrawn. */
export type TicketState =
  | { readonly is: 'queued'; /** The number of starts before it. */ readonly ahead: number }
  | { readonly is: 'starting' }
  | { readonly is: 'started'; /** The first execution of its run. */ readonly runId: string }
  | { readonly is: 'withdrawn' }
  | { readonly is: 'superseded' }
  | { readonly is: 'failed'; readonly message: string }
  | { readonly is: 'unknown' };

/** The request and the reply of the activity `startInTurn`. */
export interface StartInTurn extends Omit<QueuedStart, 'policy'> {
  readonly id: string;
}
export interface TurnReply {
  /** The first execution of the run that was started. */
  readonly started?: string;
  /** The execution that has to end before. */
  readonly running?: string;
}

/** The request and the reply of the activity `awaitRunEnd`. */
export interface AwaitRunEnd {
  readonly id: string;
  readonly runId: string;
}
export interface EndReply {
  /** False if this worker waits for as many runs as it may: the end has to be looked for again. */
  readonly hasEnded: boolean;
}
