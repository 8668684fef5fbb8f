// Sends notices by HTTP, signed as Standard Webhooks says: a receiver verifies them with any library of that standard.
// https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
import { Webhook } from 'standardwebhooks';
import { NoticeError } from './notice-error.js';
import type { NoticeAttempt } from './activities.js';
import { retryAfterMs } from '../agents/http/retry-after.js';
import { createSecretStore } from '../secrets/store.js';
import { ProblemsError } from '../../domain/problems-error.js';
import { urlFault, type WebhookReceiver } from '../../domain/run/webhook-receiver.js';
import type { Notice } from '../../domain/run/notice.js';
import type { SecretSettings } from '../../domain/secret.js';
import { systemCodeOf } from '../../system/system-error.js';

export type Send = (notice: Notice, attempt: NoticeAttempt) => Promise<void>;

/** One line for each problem, which begins with the key of the configuration. */
export class WebhookDefinitionError extends ProblemsError {
  override readonly name = 'WebhookDefinitionError';
}

/** Standard Webhooks recommends 15 to 30 s. */
const ANSWER_WITHIN_MS = 20_000;
/** A receiver cannot postpone a notice beyond the time for which it is kept. */
const LONGEST_PAUSE_MS = 3_600_000;
/** The receiver wants no more of it. */
const GONE = 410;

export const wants = ({ events, when }: WebhookReceiver, notice: Notice): boolean =>
  (events?.includes(notice.type) ?? true) &&
  (when?.plans?.includes(notice.plan) ?? true) &&
  (notice.type !== 'run.ended' || (when?.statuses?.includes(notice.status) ?? true));

/** `key` is its place in the configuration. Throws a WebhookDefinitionError if its address or its secret cannot be used. */
export async function openWebhook(
  { name, url, secret }: WebhookReceiver,
  key: string,
  secrets: SecretSettings | undefined,
): Promise<Send> {
  const store = createSecretStore(secrets);
  const address = typeof url === 'string' ? url : process.env[url.env];
  const fault = address === undefined ? 'the variable is not set' : urlFault(address);
  if (fault !== undefined || address === undefined)
    throw new WebhookDefinitionError([`${key}.url${typeof url === 'string' ? '' : ` (${url.env})`}: ${fault}`]);
  const signer = async (): Promise<Webhook> => {
    const value = await store.read(secret, `${key}.secret`);
    try {
      return new Webhook(value);
    } catch {
      throw new WebhookDefinitionError([`${key}.secret: expected base64, with or without whsec_ in front`]);
    }
  };
  try {
    await signer();
  } catch (error) {
    if (error instanceof WebhookDefinitionError) throw error;
    throw new WebhookDefinitionError([error instanceof Error ? error.message : String(error)]);
  }
  // The secret is read again for each request: it may be replaced while the worker runs.
  return async (notice, attempt) => await post(address, name, await signer(), notice, attempt);
}

async function post(
  url: string,
  name: string,
  signer: Webhook,
  { type, at, id, ...data }: Notice,
  { signal }: NoticeAttempt,
): Promise<void> {
  const body = JSON.stringify({ type, timestamp: at, data });
  const now = new Date();
  const response = await fetch(url, {
    method: 'POST',
    body,
    redirect: 'manual',
    headers: {
      'content-type': 'application/json',
      'user-agent': 'baton-orchestrator',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
      'webhook-signature': signer.sign(id, now, body),
    },
    signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]),
  }).catch((error: unknown) => {
    throw new NoticeError(`webhook ${name}: ${reasonOf(error)}`);
  });
  // The content is of no use, and may be without end.
  await response.body?.cancel();
  if (response.ok) return;
  const pause = retryAfterMs(response.headers.get('retry-after'), Date.now());
  throw new NoticeError(`webhook ${name}: expected a status 2xx, got ${response.status}`, {
    again: response.status !== GONE,
    afterMs: pause === undefined ? undefined : Math.min(pause, LONGEST_PAUSE_MS),
  });
}

/** Without the address. */
function reasonOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return 'no answer in time';
  if (error instanceof Error && error.name === 'AbortError') return 'the worker is shutting down';
  const code = error instanceof Error ? (systemCodeOf(error.cause) ?? systemCodeOf(error)) : undefined;
  return `no connection${code === undefined ? '' : ` (${code})`}`;
}
