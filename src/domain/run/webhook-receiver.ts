// The `webhooks` part of a configuration: receivers of notices about runs, by HTTP, signed as Standard Webhooks says.
// https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
import { z } from 'zod';
import { SecretSetting } from '../secret.js';
import { NOTICE_TYPES } from './notice.js';
import { RunStatus } from './result.js';

/** `undefined`: an address to which notices can be sent. */
export function urlFault(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return 'expected a URL with http or https';
  // The address is shown in messages.
  if (url.username !== '' || url.password !== '')
    return 'expected a URL without a user and a password, got one that has them';
  return undefined;
}

const Url = z.string().superRefine((text, context) => {
  const message = urlFault(text);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

/** Which notices a receiver gets: those for which all that is given holds. */
const WebhookFilter = z.strictObject({
  /** Names of plans. */
  plans: z.array(z.string().min(1)).min(1).optional(),
  /** Of runs that have ended. */
  statuses: z
    .array(RunStatus.exclude(['running', 'paused']))
    .min(1)
    .optional(),
});

export const WebhookReceiver = z.strictObject({
  /** Part of the history of notices. */
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'expected letters, digits, ".", "_" or "-", at most 100'),
  url: z.union([Url, z.strictObject({ env: z.string().min(1) })], 'expected a URL, or { env: NAME }'),
  /** Base64, with or without `whsec_` in front. */
  secret: SecretSetting,
  /** Default: all. */
  events: z.array(z.enum(NOTICE_TYPES)).min(1).optional(),
  when: WebhookFilter.optional(),
});
export type WebhookReceiver = z.infer<typeof WebhookReceiver>;

/** The receivers of a configuration: no two have one name. */
export const WebhookReceivers = z
  .array(WebhookReceiver)
  .max(100)
  .superRefine((receivers, context) => {
    for (const [index, { name }] of receivers.entries())
      if (receivers.findIndex((other) => other.name === name) !== index)
        context.addIssue({
          code: 'custom',
          path: [index, 'name'],
          message: `expected a name that no other webhook has, got ${JSON.stringify(name)} twice`,
        });
  });
