// The Workflow of one notice. The run has started it and left it behind, so a receiver that is down does not hold up the run.
import { ApplicationFailure, proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.js';
import type { Notice } from '../domain/run/notice.js';
import { moveOn } from './move-on.js';

/** A receiver that is not reached for a weekend gets the notice on Monday. */
const GIVE_UP_AFTER = '3d';

const { noticeReceivers } = proxyActivities<Activities>({
  summary: 'who receives it',
  startToCloseTimeout: '1m',
  // Until a worker with receivers is there.
  scheduleToCloseTimeout: GIVE_UP_AFTER,
  retry: { initialInterval: '1s', maximumInterval: '30s' },
});

const { sendNotice } = proxyActivities<Activities>({
  startToCloseTimeout: '10m',
  // A worker that dies is noticed by its heartbeats.
  heartbeatTimeout: '15s',
  scheduleToCloseTimeout: GIVE_UP_AFTER,
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '5m' },
});

moveOn(notice);

export async function notice(about: Notice): Promise<void> {
  const receivers = await noticeReceivers(about);
  const sent = await Promise.allSettled(receivers.map((receiver) => sendNotice({ notice: about, receiver })));
  const lost = receivers.filter((_, index) => sent[index]?.status === 'rejected');
  if (lost.length > 0) throw ApplicationFailure.nonRetryable(`not received by ${lost.join(', ')}`, 'NoticeNotReceived');
}
