// What the bridge must know of the broker of Celery and of its result backend.
import type { Sighting } from '../job-system.js';
import type { TaskMessage } from './message.js';

export interface SentTask {
  readonly id: string;
  readonly message: TaskMessage;
  /** The queue for results, with the backend `rpc`. */
  readonly replyTo: string;
}

export interface Broker {
  /** `Celery on redis://127.0.0.1:6379/0` */
  readonly where: string;
  /** Sends the task, unless the broker knows that it was sent; with a `replyTo`, also the mark `SENT` there. Throws an `AgentError`, as all methods do. */
  send(this: void, task: SentTask): Promise<void>;
  /** `undefined` if the broker cannot know it. */
  isSent(this: void, id: string): Promise<boolean | undefined>;
  /** Takes the task out of its queue, or requests all workers to end it. */
  revoke(this: void, id: string): Promise<'withdrawn' | 'requested'>;
  close(this: void): Promise<void>;
}

export interface ResultBackend {
  /** What is known of the task; waits for a change up to `waitMs`. */
  look(this: void, id: string, options: { readonly signal: AbortSignal; readonly waitMs: number }): Promise<Sighting>;
  /** Where workers send results, if they send them. */
  replyTo(this: void, id: string): Promise<string>;
  /** True if an earlier attempt has certainly sent the task. */
  isSent(this: void, id: string): Promise<boolean>;
  /** For a broker that cannot know what was sent. */
  noteSent(this: void, id: string): Promise<void>;
  /** Records that a task will never run. */
  withdraw(this: void, id: string): Promise<void>;
  close(this: void): Promise<void>;
}

/** The state in the message that marks a task as sent, in the queue for its results. */
export const SENT = 'BATON_SENT';
