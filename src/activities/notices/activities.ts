// The activities of the Workflow that sends a notice. Whom it is for, and how it is sent, is given by the worker.
import { ApplicationFailure, Context } from '@temporalio/activity';
import { Notice, type NoticeDelivery } from '../../domain/run/notice.js';
import { MESSAGE_LIMIT, NoticeError } from './notice-error.js';

export interface NoticeAttempt {
  readonly attempt: number;
  /** Aborts when the worker shuts down, or when the time is up. */
  readonly signal: AbortSignal;
}

export interface Notices {
  /** The names of those that receive this notice. */
  receiversOf(this: void, notice: Notice): string[];
  /** Throws a NoticeError, or any other error: it is then sent again. `undefined`: this worker does not have the receiver. */
  senderOf(this: void, receiver: string): ((notice: Notice, attempt: NoticeAttempt) => Promise<void>) | undefined;
}

/** Well within the heartbeat timeout. */
const HEARTBEAT_MS = 4_000;

export const createNoticeActivities = (notices: Notices | undefined) => ({
  noticeReceivers: (raw: Notice): Promise<string[]> => {
    if (notices !== undefined) return Promise.resolve(notices.receiversOf(Notice.parse(raw)));
    throw failed('this worker has neither webhooks nor onRunEnd: expected all workers of the Task Queue to have them');
  },
  sendNotice: async ({ notice, receiver }: NoticeDelivery): Promise<void> => {
    const { cancellationSignal: signal, info, heartbeat } = Context.current();
    const send = notices?.senderOf(receiver);
    if (send === undefined) throw failed(`this worker has no receiver ${JSON.stringify(receiver)}`);
    const beat = setInterval(heartbeat, HEARTBEAT_MS);
    try {
      await send(Notice.parse(notice), { attempt: info.attempt, signal });
    } catch (error) {
      const { again = true, afterMs } = error instanceof NoticeError ? error : {};
      const message = error instanceof Error ? error.message : String(error);
      throw failed(message.slice(0, MESSAGE_LIMIT), { again, afterMs });
    } finally {
      clearInterval(beat);
    }
  },
});

const failed = (
  message: string,
  { again = true, afterMs }: { readonly again?: boolean; readonly afterMs?: number | undefined } = {},
): ApplicationFailure =>
  ApplicationFailure.create({
    type: 'NoticeNotReceived',
    message,
    nonRetryable: !again,
    ...(afterMs === undefined ? {} : { nextRetryDelay: afterMs }),
  });
