// Reads a message as a CloudEvent. Structured mode: the body is the event. Binary mode: headers have the attributes, the body is the
// data. The body of any other message is the data of an event with the broker's own id.
import { isRecord } from '../json/own-property.js';
import { shown } from '../problem.js';
import { CORRELATION_HEADERS } from './correlation.js';
import { EventError, PLAIN_TYPE, STRUCTURED_TYPE, type CloudEvent } from './cloud-event.js';
import { fromBase64, mediaType, readData, readDeclaredJson } from './read-data.js';

/** What a message of a broker, or a request to a webhook, has. */
export interface ReceivedMessage {
  readonly id: string | undefined;
  readonly source: string;
  /** Names in lower case. The values of attributes are not percent-encoded: HTTP encodes them, and its reader decodes them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly contentType: string | undefined;
  readonly body: Uint8Array;
  readonly time: number | undefined;
}

/** A larger event is refused before it is parsed: no run can have an input of this size, and parsing takes a multiple in memory. */
export const MAX_EVENT_BYTES = 16 * 1024 * 1024;

const BATCH = 'application/cloudevents-batch+json';

/** Header prefixes of binary mode: HTTP, Kafka, and the two of AMQP. */
const PREFIXES = ['ce-', 'ce_', 'cloudevents:', 'cloudevents_'];

/** Throws an EventError. */
export function readEvent(message: ReceivedMessage): CloudEvent {
  const { body, contentType } = message;
  if (body.length > MAX_EVENT_BYTES) {
    throw new EventError(
      `event: expected at most ${MAX_EVENT_BYTES} bytes, got ${body.length}; store the data where agents can fetch it, and send a reference to it`,
    );
  }
  const type = mediaType(contentType);
  if (type === BATCH) throw new EventError('event: expected one CloudEvent in a message, got a batch of events');
  const correlation = correlationIn(message.headers);
  if (type === STRUCTURED_TYPE) return { ...correlation, ...readStructured(body, contentType) };
  const attributes = attributesOf(message.headers);
  const event =
    'specversion' in attributes ? readBinary(attributes, body, contentType) : readPlain(message, body, contentType);
  return { ...correlation, ...event };
}

/** From the headers that HTTP and other clients of brokers use, as extensions. Those of the event itself come first. */
function correlationIn(headers: Readonly<Record<string, string>>): Record<string, string> {
  const found = Object.entries(CORRELATION_HEADERS).flatMap(([extension, header]) => {
    const value = headers[header];
    return value === undefined ? [] : [[extension, value] as const];
  });
  return Object.fromEntries(found);
}

function readStructured(body: Uint8Array, contentType: string | undefined): CloudEvent {
  const value = readDeclaredJson(body, contentType);
  if (!isRecord(value)) throw new EventError(`event: expected a CloudEvent, an object, got ${shown(value)}`);
  const { data_base64: base64, data, ...attributes } = value;
  checkAttributes(attributes);
  const type = attributes['datacontenttype'];
  const decoded =
    typeof base64 === 'string' ? readData(fromBase64(base64), typeof type === 'string' ? type : undefined) : data;
  return made(attributes, decoded);
}

function readBinary(attributes: Record<string, string>, body: Uint8Array, contentType: string | undefined): CloudEvent {
  checkAttributes(attributes);
  const type = contentType ?? attributes['datacontenttype'];
  return made({ ...attributes, ...(type === undefined ? {} : { datacontenttype: type }) }, readData(body, type));
}

function readPlain(
  { id, source, time }: ReceivedMessage,
  body: Uint8Array,
  contentType: string | undefined,
): CloudEvent {
  const attributes = {
    ...{ specversion: '1.0', source, type: PLAIN_TYPE },
    ...(id === undefined ? {} : { id }),
    ...(time === undefined ? {} : { time: new Date(time).toISOString() }),
    ...(contentType === undefined ? {} : { datacontenttype: contentType }),
  };
  return made(attributes, readData(body, contentType));
}

const made = (attributes: Readonly<Record<string, unknown>>, data: unknown): CloudEvent =>
  ({ ...attributes, ...(data === undefined ? {} : { data }) }) as CloudEvent;

function attributesOf(headers: Readonly<Record<string, string>>): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const prefix = PREFIXES.find((one) => name.startsWith(one));
    if (prefix === undefined || name.length === prefix.length) continue;
    found[name.slice(prefix.length)] = value;
  }
  return found;
}

const REQUIRED = ['id', 'source', 'type'] as const;

/** Throws an EventError that names the first attribute that is missing or wrong. */
function checkAttributes(attributes: Readonly<Record<string, unknown>>): void {
  const version = attributes['specversion'];
  if (version !== '1.0') throw new EventError(`event.specversion: expected "1.0", got ${shown(version)}`);
  for (const name of REQUIRED) {
    const value = attributes[name];
    if (typeof value !== 'string' || value === '')
      throw new EventError(`event.${name}: a CloudEvent needs text here, got ${shown(value)}`);
    if (!value.isWellFormed())
      throw new EventError(`event.${name}: expected text without unpaired surrogates, got ${shown(value)}`);
  }
}
