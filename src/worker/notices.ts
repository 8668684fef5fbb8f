// The receivers of notices of a worker: the function `onRunEnd`, and webhooks.
import type { Client } from '@temporalio/client';
import { NoticeError } from '../activities/notices/notice-error.js';
import type { NoticeAttempt, Notices } from '../activities/notices/activities.js';
import { RunLostError, RunNotFoundError } from '../client/errors.js';
import { RunHandle } from '../client/run-handle.js';
import type { AgentLog } from '../domain/agent/agent.js';
import type { Notice, RunEndedNotice } from '../domain/run/notice.js';
import type { OnRunEnd } from '../domain/run/on-run-end.js';
import type { RunResult } from '../domain/run/result.js';
import type { WebhookReceiver } from '../domain/run/webhook-receiver.js';
import type { SecretSettings } from '../domain/secret.js';
import { openWebhook, wants, type Send } from '../activities/notices/webhook.js';

interface NoticeSettings {
  readonly onRunEnd?: OnRunEnd;
  readonly webhooks?: readonly WebhookReceiver[];
  readonly secrets?: SecretSettings;
}

/** The name of the function in histories. No webhook can have it. */
const FUNCTION = '(onRunEnd)';

type OpenNotices = (client: Client, log: AgentLog) => Notices;

/** `undefined` without receivers. Throws a WebhookDefinitionError. */
export async function openNotices({
  onRunEnd,
  webhooks = [],
  secrets,
}: NoticeSettings): Promise<OpenNotices | undefined> {
  const opened = await openWebhooks(webhooks, secrets);
  if (onRunEnd === undefined && opened.size === 0) return undefined;
  return (client, log) => {
    const senders = new Map<string, Send>(opened);
    if (onRunEnd !== undefined) senders.set(FUNCTION, callWith(onRunEnd, client));
    return {
      receiversOf: (notice) => [
        ...(onRunEnd !== undefined && notice.type === 'run.ended' ? [FUNCTION] : []),
        ...webhooks.filter((one) => wants(one, notice)).map(({ name }) => name),
      ],
      senderOf: (receiver) => {
        const send = senders.get(receiver);
        return send === undefined ? undefined : logged(send, receiver, log);
      },
    };
  };
}

async function openWebhooks(
  webhooks: readonly WebhookReceiver[],
  secrets: SecretSettings | undefined,
): Promise<Map<string, Send>> {
  const senders = new Map<string, Send>();
  for (const [index, one] of webhooks.entries())
    senders.set(one.name, await openWebhook(one, `webhooks[${index}]`, secrets));
  return senders;
}

const callWith =
  (onRunEnd: OnRunEnd, client: Client): Send =>
  async (notice, { attempt, signal }) =>
    await onRunEnd(await resultOf(client, notice as RunEndedNotice), { id: notice.id, attempt, signal });

async function resultOf(client: Client, { run, execution }: RunEndedNotice): Promise<RunResult> {
  try {
    return await new RunHandle(client, run, {}, { firstRunId: execution }).result();
  } catch (error) {
    // The server has deleted the run, or a defect has ended it.
    const isGone = error instanceof RunNotFoundError || error instanceof RunLostError;
    throw isGone ? new NoticeError(error.message, { again: false }) : error;
  }
}

const logged =
  (send: Send, receiver: string, log: AgentLog): Send =>
  async (notice: Notice, attempt: NoticeAttempt) => {
    try {
      await send(notice, attempt);
    } catch (error) {
      const given = error instanceof NoticeError && !error.again;
      log.warn(`notice ${notice.type}: ${given ? 'given up' : 'not received, will be sent again'}`, {
        ...{ run: notice.run, receiver, attempt: attempt.attempt },
        error,
      });
      throw error;
    }
  };
