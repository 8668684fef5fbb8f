// The Workflow of one mailbox: keeps events until their run exists, and delivers them in order. It ends when it is empty.
import {
  ActivityFailure,
  ApplicationFailure,
  condition,
  continueAsNew,
  defineUpdate,
  proxyActivities,
  setHandler,
  TimeoutFailure,
  workflowInfo,
} from '@temporalio/workflow';
import {
  isKept,
  KEEP_MAIL,
  KEPT_FOR_MS,
  Mail,
  MAIL_ACTIVITIES,
  tooOld,
  whyMailboxFull,
  type BuryRequest,
  type KeptMail,
  type MailboxInput,
  type MailRequest,
} from '../../domain/event/mailbox.js';
import { failingWellFormed } from '../well-formed-errors.js';
import { moveOn } from '../move-on.js';

type MailActivities = {
  [MAIL_ACTIVITIES.deliver]: (request: MailRequest) => Promise<void>;
  [MAIL_ACTIVITIES.bury]: (request: BuryRequest) => Promise<void>;
};

/** The server accepts 2,000 updates in one history. */
const MAX_UPDATES = 500;

/** An attempt asks the server once or twice. */
const ATTEMPT = '1m';

/** How often the server is asked whether the run exists: a run is seldom started later than seconds after its events. */
const UNTIL_IT_EXISTS = { initialInterval: '500ms', backoffCoefficient: 1.5, maximumInterval: '15s' } as const;

moveOn(mailbox);

export async function mailbox({ run, mail = [] }: MailboxInput): Promise<void> {
  const kept: KeptMail[] = [...mail];
  let updates = 0;
  const keep = (one: Mail): void => {
    updates++;
    if (!isKept(kept, one)) kept.push({ ...one, keptAt: Date.now() });
  };
  setHandler(defineUpdate<void, [Mail]>(KEEP_MAIL), keep, {
    validator: failingWellFormed((one: Mail) => {
      const full = whyMailboxFull(run, kept, Mail.parse(one));
      if (full !== undefined) throw ApplicationFailure.nonRetryable(full, 'Refused');
    }),
  });
  // The update that starts the Workflow is handled in its first task.
  await condition(() => kept.length > 0, '1m');
  for (let first = kept[0]; first !== undefined; first = kept[0]) {
    await deliver({ run, mail: first });
    kept.shift();
    if (kept.length > 0 && (updates >= MAX_UPDATES || workflowInfo().continueAsNewSuggested))
      await continueAsNew<typeof mailbox>({ run, mail: kept });
  }
}

async function deliver(request: MailRequest): Promise<void> {
  const leftMs = request.mail.keptAt + KEPT_FOR_MS - Date.now();
  try {
    if (leftMs <= 0) return await bury({ ...request, reason: tooOld(request.run) });
    await activities({ scheduleToCloseTimeout: leftMs })[MAIL_ACTIVITIES.deliver](request);
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    await bury({ ...request, reason: reasonOf(error, request.run) });
  }
}

/** Tried until it succeeds: the event would be lost. */
const bury = (request: BuryRequest): Promise<void> => activities({})[MAIL_ACTIVITIES.bury](request);

const activities = (options: { readonly scheduleToCloseTimeout?: number }) =>
  proxyActivities<MailActivities>({ startToCloseTimeout: ATTEMPT, retry: UNTIL_IT_EXISTS, ...options });

const reasonOf = ({ cause }: ActivityFailure, run: string): string =>
  cause instanceof TimeoutFailure || cause === undefined ? tooOld(run) : cause.message;
