import { describe, expect, test } from 'vitest';
import { MAX_EVENT_BYTES, readEvent, type ReceivedMessage } from '../../../src/domain/event/read-event.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const message = (body: string | Uint8Array, more: Partial<ReceivedMessage> = {}): ReceivedMessage => ({
  id: '7-0',
  source: 'redis://shop/orders',
  headers: {},
  contentType: undefined,
  body: typeof body === 'string' ? bytes(body) : body,
  time: 0,
  ...more,
});

const plain = { specversion: '1.0', id: '7-0', source: 'redis://shop/orders', type: 'message' };
const time = '1970-01-01T00:00:00.000Z';

describe('a message that is not a CloudEvent becomes the data of one', () => {
  test.each([
    ['JSON, if its text is JSON', '{"id":7}', undefined, { id: 7 }],
    ['JSON, if its content type says so', '7', 'application/json; charset=utf-8', 7],
    ['JSON of a type with +json', '[1]', 'application/vnd.shop+json', [1]],
    ['text', 'hello {', undefined, 'hello {'],
    ['text that looks like JSON, if it is declared as text', '{"id":7}', 'text/plain', '{"id":7}'],
    ['text, if JavaScript would change a number of it', '9007199254740993', undefined, '9007199254740993'],
  ])('%s', (_, body, contentType, data) => {
    const declared = contentType === undefined ? {} : { datacontenttype: contentType };
    expect(readEvent(message(body, { contentType }))).toEqual({ ...plain, ...declared, time, data });
  });

  test('bytes that are not text are in base64', () => {
    expect(readEvent(message(Uint8Array.of(0xff, 0, 1))).data).toBe('/wAB');
  });

  test('an empty message has no data', () => {
    expect(readEvent(message(''))).toEqual({ ...plain, time });
  });

  test('a message without an id has none', () => {
    expect(readEvent(message('1', { id: undefined }))).not.toHaveProperty('id');
  });
});

const attributes = { specversion: '1.0', id: 'a', source: '/shop', type: 'order.created' };

test('structured mode: the body is the event', () => {
  const event = { ...attributes, datacontenttype: 'application/json', data: { id: 7 }, traceparent: '00-1' };
  const contentType = 'application/cloudevents+json; charset=utf-8';
  expect(readEvent(message(JSON.stringify(event), { contentType }))).toEqual(event);
});

test('structured mode: data in base64 is decoded by its content type', () => {
  const event = { ...attributes, datacontenttype: 'application/json', data_base64: btoa('{"id":7}') };
  const contentType = 'application/cloudevents+json';
  const read = readEvent(message(JSON.stringify(event), { contentType }));
  expect(read).toEqual({ ...attributes, datacontenttype: 'application/json', data: { id: 7 } });
});

test.each(['ce-', 'ce_', 'cloudevents:', 'cloudevents_'])('binary mode: headers that begin with %s', (prefix) => {
  const headers = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`${prefix}${name}`, value]));
  const read = readEvent(message('{"id":7}', { headers: { ...headers, other: 'x' }, contentType: 'application/json' }));
  expect(read).toEqual({ ...attributes, datacontenttype: 'application/json', data: { id: 7 } });
});

test.each([
  [{ ...attributes, id: undefined }, 'event.id: a CloudEvent needs text here, got nothing'],
  [{ ...attributes, id: '' }, 'event.id: a CloudEvent needs text here, got ""'],
  [{ ...attributes, source: 5 }, 'event.source: a CloudEvent needs text here, got 5'],
  [{ ...attributes, type: undefined }, 'event.type: a CloudEvent needs text here, got nothing'],
  [{ ...attributes, specversion: '0.3' }, 'event.specversion: expected "1.0", got "0.3"'],
  [[1], 'event: expected a CloudEvent, an object, got [1]'],
])('a CloudEvent with a wrong attribute is refused: %j', (event, problem) => {
  const contentType = 'application/cloudevents+json';
  expect(() => readEvent(message(JSON.stringify(event), { contentType }))).toThrow(problem);
});

test('a body that is declared as JSON and is not is refused', () => {
  const read = () => readEvent(message('{"id":', { contentType: 'application/json' }));
  expect(read).toThrow('body: expected JSON, as its content type says, got an error: ');
});

test('a batch of events is refused', () => {
  const read = () => readEvent(message('[]', { contentType: 'application/cloudevents-batch+json' }));
  expect(read).toThrow('event: expected one CloudEvent in a message, got a batch of events');
});

test('an event of 20 MB is refused before it is parsed', () => {
  const body = new Uint8Array(20 * 1024 * 1024);
  const problem = `event: expected at most ${MAX_EVENT_BYTES} bytes, got ${body.length}`;
  expect(() => readEvent(message(body, { contentType: 'application/json' }))).toThrow(problem);
});
