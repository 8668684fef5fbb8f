import { describe, expect, test } from 'vitest';
import { contentOf, fieldsOf } from '../../src/events/redis/entry.js';

const fields = (entry: Record<string, string>) =>
  Object.fromEntries(Object.entries(entry).map(([name, value]) => [name, Buffer.from(value)]));
const read = (entry: Record<string, string>) => {
  const { body, ...rest } = contentOf(fields(entry));
  return { ...rest, body: Buffer.from(body).toString() };
};
const empty = { headers: {}, contentType: undefined, key: undefined };

describe('an entry of a stream', () => {
  test('with `specversion` is a CloudEvent in binary mode', () => {
    const entry = { specversion: '1.0', id: 'a', source: '/s', type: 't', partitionkey: 'k', data: '{"x":1}' };
    expect(read({ ...entry, datacontenttype: 'application/json', 'baton-reason': 'r' })).toEqual({
      headers: {
        ...{ 'ce-specversion': '1.0', 'ce-id': 'a', 'ce-source': '/s', 'ce-type': 't', 'ce-partitionkey': 'k' },
        'baton-reason': 'r',
      },
      contentType: 'application/json',
      key: 'k',
      body: '{"x":1}',
    });
  });

  test('with the field `event` alone is a CloudEvent in structured mode', () => {
    expect(read({ event: '{}' })).toEqual({ ...empty, contentType: 'application/cloudevents+json', body: '{}' });
  });

  test('with the field `data` alone has it as its body', () => {
    expect(read({ data: 'hello' })).toEqual({ ...empty, body: 'hello' });
    expect(read({ data: '1', datacontenttype: 'text/plain' })).toEqual({
      ...empty,
      contentType: 'text/plain',
      body: '1',
    });
  });

  test('with any other fields has all of them as its body', () => {
    const body = JSON.stringify({ id: '7', data: 'x' });
    expect(read({ id: '7', data: 'x' })).toEqual({ ...empty, contentType: 'application/json', body });
  });
});

test('a message that is published is read as it was', () => {
  const message = {
    id: 'a',
    key: 'k',
    headers: { 'ce-specversion': '1.0', 'ce-id': 'a', 'ce-source': '/s', 'ce-type': '50%', 'baton-reason': 'é' },
    contentType: 'application/json',
    body: Buffer.from('{"x":1}'),
  };
  const entry = fieldsOf(message);
  expect(entry).toMatchObject({ specversion: '1.0', id: 'a', source: '/s', type: '50%', partitionkey: 'k' });
  const { headers, contentType, key, body } = contentOf(
    Object.fromEntries(Object.entries(entry).map(([name, value]) => [name, Buffer.from(value)])),
  );
  expect({ headers, contentType, key, body: Buffer.from(body) }).toEqual({
    headers: { ...message.headers, 'ce-partitionkey': 'k' },
    contentType: 'application/json',
    key: 'k',
    body: message.body,
  });
});
