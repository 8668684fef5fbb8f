// The activities of mailboxes: deliver an event to its run, or publish it as a dead letter.
import { ApplicationFailure } from '@temporalio/common';
import type { Baton } from '../../client.js';
import { MAIL_ACTIVITIES, type BuryRequest, type MailRequest } from '../../domain/event/mailbox.js';
import { DEFAULT_ATTEMPTS } from '../../domain/event/subscription.js';
import { pause } from '../backoff.js';
import type { Message } from '../broker.js';
import type { Death } from '../dead-letter.js';
import { isOfMessage, reasonOf } from '../error-kind.js';

/** Publishes a dead letter of a subscription. */
export type Bury = (message: Message, death: Death) => Promise<void>;

export interface MailParts {
  readonly baton: Baton;
  readonly bury: Bury;
}

const BETWEEN_ATTEMPTS = { firstMs: 100, mostMs: 2_000 };

/** A run that does not exist is waited for, by the retries of the Workflow; so is a server that does not answer. */
const isWorthWaiting = (error: unknown): boolean =>
  !isOfMessage(error) || (error instanceof Error && error.name === 'RunNotFoundError');

export function mailActivities({ baton, bury }: MailParts) {
  return {
    async [MAIL_ACTIVITIES.deliver]({ run, mail: { event, data, id } }: MailRequest): Promise<void> {
      for (let failed = 1; ; failed++) {
        try {
          await baton.run(run).deliverEvent(event, data, id === undefined ? {} : { id });
          return;
        } catch (error) {
          if (isWorthWaiting(error)) throw ApplicationFailure.retryable(reasonOf(error), 'NotNow');
          if (failed >= DEFAULT_ATTEMPTS) throw ApplicationFailure.nonRetryable(reasonOf(error), 'Refused');
          await pause(BETWEEN_ATTEMPTS, failed - 1, new AbortController().signal);
        }
      }
    },
    async [MAIL_ACTIVITIES.bury]({ run, mail, reason }: BuryRequest): Promise<void> {
      const { subscription, event, data, id, keptAt } = mail;
      const message: Message = {
        id,
        source: `baton-mailbox/${run}`,
        headers: {},
        contentType: 'application/json',
        body: Buffer.from(JSON.stringify({ run, event, data })),
        key: undefined,
        time: keptAt,
      };
      await bury(message, { subscription, attempts: 1, reason });
    },
  };
}
