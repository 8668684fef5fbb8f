import { expect, test } from 'vitest';
import { eventKey } from '../../src/events/event-key.js';

test('a key is made of the subscription, the source and the id', () => {
  expect(eventKey('orders', { source: 'shop', id: 'e-1' })).toBe('orders:shop:e-1');
});

test('a source that is not part of an id is hashed, and two events have two keys', () => {
  const first = eventKey('orders', { source: 'redis://shop/orders', id: '1-0' });
  expect(first).toMatch(/^orders:[0-9a-f]{32}$/);
  expect(eventKey('orders', { source: 'redis://shop/orders', id: '1-0' })).toBe(first);
  expect(eventKey('orders', { source: 'redis://shop/orders', id: '1-1' })).not.toBe(first);
  expect(eventKey('payments', { source: 'redis://shop/orders', id: '1-0' })).not.toBe(first);
});

test('a long id is hashed: a run receives events under ids of at most 200 characters', () => {
  expect(eventKey('s', { source: 'a', id: 'x'.repeat(196) })).toHaveLength(200);
  expect(eventKey('s', { source: 'a', id: 'x'.repeat(197) })).toHaveLength(34);
});

test('an event without an id has no key', () => {
  expect(eventKey('s', { source: 'a' })).toBeUndefined();
});
