// A request as a message: what a sender's scheme says of it becomes the attributes of a CloudEvent in binary mode.
import { randomUUID } from 'node:crypto';
import type { Message } from '../broker.js';
import type { Headers, SignatureScheme } from './signature.js';

/** The id that makes a request of this sender the same when it is sent again, and its type. */
interface Attributes {
  readonly id?: string | undefined;
  readonly type?: string | undefined;
}

const FORM = /^application\/x-www-form-urlencoded\b/i;
const CLOUD_EVENT = /^application\/cloudevents\b/i;

/** `com.github.push`, as the adapter of CloudEvents for GitHub names it. */
const ofGitHub = (headers: Headers): Attributes => {
  const type = headers['x-github-event'];
  return { id: headers['x-github-delivery'], type: type === undefined ? undefined : `com.github.${type}` };
};

const ofStripe = (_headers: Headers, body: Buffer): Attributes => {
  const { id, type } = fieldsOf(body);
  return { id, type };
};

const ofStandardWebhooks = (headers: Headers, body: Buffer): Attributes => ({
  id: headers['webhook-id'],
  type: fieldsOf(body).type,
});

const BY_SCHEME = { github: ofGitHub, stripe: ofStripe, 'standard-webhooks': ofStandardWebhooks };

/** The texts `id` and `type` of a JSON body. */
function fieldsOf(body: Buffer): Attributes {
  try {
    const { id, type } = (JSON.parse(body.toString('utf8')) ?? {}) as { id?: unknown; type?: unknown };
    return { id: typeof id === 'string' ? id : undefined, type: typeof type === 'string' ? type : undefined };
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

/** A sender without a scheme may give an id; without one, each request is an event of its own. */
const ofAnyone = (headers: Headers): Attributes => ({ id: headers['idempotency-key'] });

/** `path`: where the webhook is served, the `source` of events that are not CloudEvents. */
export function requestMessage(
  path: string,
  scheme: SignatureScheme | undefined,
  headers: Headers,
  body: Buffer,
): Message {
  const contentType = headers['content-type'];
  const common = { source: path, key: undefined, time: Date.now() };
  if (headers['ce-specversion'] !== undefined || CLOUD_EVENT.test(contentType ?? '')) {
    // Without an id of its own a CloudEvent is refused.
    return { ...common, id: undefined, headers: decodedAttributes(headers), contentType, body };
  }
  const { id, type } = scheme === undefined ? ofAnyone(headers) : BY_SCHEME[scheme](headers, body);
  const content = formPayload(contentType, body) ?? { body, contentType };
  const attributes = type === undefined ? {} : { 'ce-specversion': '1.0', 'ce-source': path, 'ce-type': type };
  const named = id ?? randomUUID();
  return {
    ...common,
    ...content,
    id: named,
    headers: type === undefined ? headers : { ...headers, ...attributes, 'ce-id': named },
  };
}

/** In HTTP, attributes are percent-encoded. https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md */
const decodedAttributes = (headers: Headers): Headers =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, name.startsWith('ce-') ? decodedValue(value) : value]),
  );

/** What is not well encoded is taken as it is. */
function decodedValue(value: string): string {
  const text = /^".*"$/.test(value) ? value.slice(1, -1).replaceAll(/\\(.)/g, '$1') : value;
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}

/** GitHub may send JSON in a field of a form. */
function formPayload(contentType: string | undefined, body: Buffer): Pick<Message, 'body' | 'contentType'> | undefined {
  if (!FORM.test(contentType ?? '')) return undefined;
  const payload = new URLSearchParams(body.toString('utf8')).get('payload');
  return payload === null ? undefined : { body: Buffer.from(payload), contentType: 'application/json' };
}
