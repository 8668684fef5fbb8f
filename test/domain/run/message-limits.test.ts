// What the messages of a run may contain: the same checks in the client and in the run.
import { MAX_EVENT_NAME } from '../../../src/domain/plan/plan.js';
import { describe, expect, test } from 'vitest';
import { MAX_VALUE_BYTES } from '../../../src/domain/json/byte-size.js';
import {
  approvalFault,
  eventFault,
  MAX_BY,
  MAX_COMMENT,
  MAX_EVENT_ID,
} from '../../../src/domain/run/message-limits.js';

describe('eventFault', () => {
  test.each([
    ['', 'event: expected 1 to 500 characters, got ""'],
    ['x'.repeat(MAX_EVENT_NAME + 1), 'event: expected 1 to 500 characters, got 501'],
    [7, 'event: expected 1 to 500 characters, got 7'],
    [undefined, 'event: expected 1 to 500 characters, got nothing'],
  ])('eventFault: a name that is too short, too long or not text is refused', (name, fault) => {
    expect(eventFault({ name })).toBe(fault);
  });

  test('eventFault: data of 20 MB is refused with its size and the limit, and data at the limit is accepted', () => {
    expect(eventFault({ name: 'paid', data: 'x'.repeat(20_000_000) })).toBe(
      `data: expected at most ${MAX_VALUE_BYTES} bytes of JSON, got 20000002; store the data where agents can fetch it, and send a reference to it`,
    );
    expect(eventFault({ name: 'paid', data: 'x'.repeat(MAX_VALUE_BYTES - 2) })).toBeUndefined();
  });

  test('eventFault: data that names a secret is refused with its place', () => {
    expect(eventFault({ name: 'paid', data: { to: [{ $secret: 'TOKEN' }] } })).toBe(
      'data.to[0]: expected no reference to a secret, got {"$secret":"TOKEN"}',
    );
    expect(eventFault({ name: 'paid', data: { $secret: 'TOKEN', note: 'not a reference' } })).toBeUndefined();
    expect(approvalFault({ plan: { tasks: { a: { agent: 'x', input: { $secret: 'TOKEN' } } } } })).toBe(
      'plan.tasks.a.input: expected no reference to a secret, got {"$secret":"TOKEN"}',
    );
  });

  test('eventFault: data that is not JSON is refused with its place', () => {
    expect(eventFault({ name: 'paid', data: { items: [{ price: 10n }] } })).toBe(
      'data.items[0].price: expected a JSON value, got a bigint: 10n',
    );
    const circle: unknown[] = [];
    circle.push(circle);
    expect(eventFault({ name: 'paid', data: circle })).toBe(
      'data: expected a JSON value, got a value that contains itself',
    );
    let deep: unknown = 1;
    for (let level = 0; level < 100_000; level++) deep = [deep];
    expect(eventFault({ name: 'paid', data: deep })).toBe('data: expected at most 500 levels of nesting, got more');
  });

  test('eventFault: an id that is too long or has half a character is refused', () => {
    expect(eventFault({ name: 'paid', id: '' })).toBe('id: expected 1 to 200 characters, got ""');
    expect(eventFault({ name: 'paid', id: 'x'.repeat(MAX_EVENT_ID + 1) })).toBe(
      'id: expected 1 to 200 characters, got 201',
    );
    expect(eventFault({ name: 'paid', id: 'a\ud83d' })).toContain('without unpaired surrogates');
    expect(eventFault({ name: 'paid', id: 'a😀' })).toBeUndefined();
  });

  test('eventFault: half a character in a name or in data is accepted, because JSON escapes it', () => {
    expect(eventFault({ name: 'paid\ud83d', data: { '\ud83d': '\ud83d' } })).toBeUndefined();
  });
});

describe('approvalFault', () => {
  test('approvalFault: a comment, a name and a plan that are too large or not JSON are refused', () => {
    expect(approvalFault({ comment: 'x'.repeat(MAX_COMMENT + 1) })).toBe(
      'comment: expected at most 10000 characters, got 10001',
    );
    expect(approvalFault({ by: 'x'.repeat(MAX_BY + 1) })).toBe('by: expected at most 200 characters, got 201');
    expect(approvalFault({ comment: 7 })).toBe('comment: expected at most 10000 characters, got 7');
    expect(approvalFault({ plan: { tasks: { a: () => 1 } } })).toContain('plan.tasks.a: expected a JSON value');
    expect(approvalFault({ plan: 'x'.repeat(MAX_VALUE_BYTES) })).toContain(`at most ${MAX_VALUE_BYTES} bytes of JSON`);
    expect(approvalFault({ comment: '', by: 'ann', plan: {} })).toBeUndefined();
  });
});
