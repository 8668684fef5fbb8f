// An entry of a stream as a message, and a message as an entry. Fields, because consumers in other languages read them as they are:
// E1. A field `specversion`: a CloudEvent in binary mode. Each attribute is a field of its name, the data is the field `data`.
// E2. A field `event`, alone or with `partitionkey`: a CloudEvent as JSON (structured mode).
// E3. A field `data`, alone or with `datacontenttype`: that is the body.
// E4. Anything else: the fields are the body, as an object of texts.
// A field whose name has a "-" is a header, not an attribute: `baton-reason`.
import { STRUCTURED_TYPE } from '../../domain/event/cloud-event.js';
import type { Message, OutgoingMessage } from '../broker.js';

export type Fields = Readonly<Record<string, Uint8Array>>;
type Content = Pick<Message, 'headers' | 'contentType' | 'body' | 'key'>;

const ATTRIBUTE_PREFIX = 'ce-';
const EVENT = 'event';
const KEY = 'partitionkey';

const isHeader = (name: string): boolean => name.includes('-');

const textOf = (value: Uint8Array): string => Buffer.from(value).toString('utf8');

export function contentOf(fields: Fields): Content {
  const { data, event, ...rest } = fields;
  const key = fields[KEY] === undefined ? undefined : textOf(fields[KEY]);
  const headers: Record<string, string> = {};
  const names = Object.keys(fields).filter((name) => !isHeader(name));
  for (const [name, value] of Object.entries(rest)) if (isHeader(name)) headers[name] = textOf(value);
  const contentType = fields['datacontenttype'] === undefined ? undefined : textOf(fields['datacontenttype']);
  if ('specversion' in fields) {
    for (const [name, value] of Object.entries({ ...rest, ...(event === undefined ? {} : { event }) }))
      if (!isHeader(name) && name !== 'datacontenttype') headers[`${ATTRIBUTE_PREFIX}${name}`] = textOf(value);
    return { headers, contentType, body: data ?? new Uint8Array(), key };
  }
  if (event !== undefined && names.every((name) => name === EVENT || name === KEY))
    return { headers, contentType: STRUCTURED_TYPE, body: event, key };
  const isBody = names.every((name) => ['data', 'datacontenttype', KEY].includes(name));
  if (data !== undefined && isBody) return { headers, contentType, body: data, key };
  const object = Object.fromEntries(names.map((name) => [name, textOf(fields[name]!)]));
  return { headers, contentType: 'application/json', body: Buffer.from(JSON.stringify(object)), key };
}

export function fieldsOf({ headers, contentType, body, key }: OutgoingMessage): Record<string, string | Buffer> {
  const attributes = Object.entries(headers).map(([name, value]) =>
    name.startsWith(ATTRIBUTE_PREFIX)
      ? [name.slice(ATTRIBUTE_PREFIX.length), value]
      : [isHeader(name) ? name : `x-${name}`, value],
  );
  return {
    ...(Object.fromEntries(attributes) as Record<string, string>),
    ...(key === undefined ? {} : { [KEY]: key }),
    ...(contentType === STRUCTURED_TYPE
      ? { [EVENT]: Buffer.from(body) }
      : { datacontenttype: contentType, data: Buffer.from(body) }),
  };
}
