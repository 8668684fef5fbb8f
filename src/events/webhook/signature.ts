// Who sent a webhook: the schemes of GitHub, Stripe and Standard Webhooks, or a token.
// https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries
// https://docs.stripe.com/webhooks#verify-manually
// https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
import { createHmac, timingSafeEqual } from 'node:crypto';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';

export type Headers = Readonly<Record<string, string>>;

/** What is wrong, without what was sent; `undefined` for a request of someone who knows the secret. */
export type Verify = (headers: Headers, body: Buffer) => string | undefined;

/** A request that is older, or newer, was replayed, or a clock is wrong. */
const TOLERANCE_S = 300;

const digest = (algorithm: string, secret: string, ...parts: (string | Buffer)[]): Buffer =>
  parts.reduce((hmac, part) => hmac.update(part), createHmac(algorithm, secret)).digest();

/** Two texts are compared by their hashes, so that neither length nor content can be measured. */
const isSame = (one: string, other: string): boolean =>
  timingSafeEqual(digest('sha256', 'length', one), digest('sha256', 'length', other));

const hmacHex = (secret: string, ...parts: (string | Buffer)[]): string =>
  digest('sha256', secret, ...parts).toString('hex');

const github =
  (secret: string): Verify =>
  (headers, body) => {
    const given = headers['x-hub-signature-256'];
    if (given === undefined) return 'expected the header X-Hub-Signature-256';
    return isSame(given, `sha256=${hmacHex(secret, body)}`) ? undefined : 'the signature is wrong';
  };

const stripe =
  (secret: string): Verify =>
  (headers, body) => {
    const header = headers['stripe-signature'];
    if (header === undefined) return 'expected the header Stripe-Signature';
    const parts = header.split(',').map((part) => part.trim().split('=', 2));
    const time = parts.find(([name]) => name === 't')?.[1] ?? '';
    if (!/^\d{1,12}$/.test(time)) return 'expected the time t in the header Stripe-Signature';
    const expected = hmacHex(secret, `${time}.`, body);
    if (!parts.some(([name, value]) => name === 'v1' && isSame(value ?? '', expected))) return 'the signature is wrong';
    return Math.abs(Date.now() / 1_000 - Number(time)) > TOLERANCE_S
      ? 'the signature is too old, or a clock is wrong'
      : undefined;
  };

/** Throws an Error for a secret that is not base64. */
const standardWebhooks = (secret: string): Verify => {
  const webhook = new Webhook(secret);
  return (headers, body) => {
    try {
      webhook.verify(body, headers, { jsonParse: false });
      return undefined;
    } catch (error) {
      if (!(error instanceof WebhookVerificationError)) throw error;
      return STANDARD_FAULTS.get(error.message) ?? 'the signature is wrong';
    }
  };
};

const STANDARD_FAULTS: ReadonlyMap<string, string> = new Map([
  ['Missing required headers', 'expected the headers webhook-id, webhook-timestamp and webhook-signature'],
  ['Message timestamp too old', 'the signature is too old, or a clock is wrong'],
  ['Message timestamp too new', 'the signature is too new, or a clock is wrong'],
]);

const SCHEMES = { github, stripe, 'standard-webhooks': standardWebhooks };

export type SignatureScheme = keyof typeof SCHEMES;

/** Throws an Error for a secret that does not fit the scheme. */
export const signatureOf = (scheme: SignatureScheme, secret: string): Verify => SCHEMES[scheme](secret);

/** `Authorization: Bearer SECRET`. */
export const bearerToken =
  (secret: string): Verify =>
  ({ authorization = '' }) =>
    isSame(authorization.replace(/^Bearer +/i, ''), secret)
      ? undefined
      : 'expected the header Authorization: Bearer TOKEN, with the right token';
