// The inbox of a run, and its bounds.
import { expect, test } from 'vitest';
import { Inbox, MAX_EVENTS, MAX_EVENTS_OF_NAME, MAX_INBOX_BYTES } from '../../../src/domain/run/inbox.js';

test('inbox: events of one name are taken in the order in which they came', () => {
  const inbox = new Inbox();
  inbox.add('go', 1);
  inbox.add('stop', 2);
  inbox.add('go', 3);
  expect([inbox.take('go'), inbox.take('go'), inbox.take('go')]).toEqual([{ data: 1 }, { data: 3 }, undefined]);
  expect(Object.fromEntries(inbox)).toEqual({ stop: [2] });
});

test('inbox: it is the same after continue-as-new, with names that are keys of prototypes', () => {
  const inbox = new Inbox();
  for (const name of ['__proto__', 'constructor', '7', '']) inbox.add(name, [name]);
  const carried = JSON.parse(JSON.stringify(Object.fromEntries(inbox))) as Record<string, unknown[]>;
  const next = new Inbox(carried);
  expect(Object.keys({ ...carried })).toHaveLength(4);
  for (const name of ['__proto__', 'constructor', '7', '']) expect(next.take(name)).toEqual({ data: [name] });
  expect([...next]).toEqual([]);
});

test('inbox: the events of one name are bounded', () => {
  const inbox = new Inbox({ go: Array<number>(MAX_EVENTS_OF_NAME).fill(1) });
  expect(inbox.whyFull('go', 1)).toBe(
    'no task waits for it now; the run keeps at most 1000 events of one name until tasks take them, and has 1000 of this',
  );
  expect(inbox.whyFull('other', 1)).toBeUndefined();
  inbox.take('go');
  expect(inbox.whyFull('go', 1)).toBeUndefined();
});

test('inbox: all events together are bounded', () => {
  const inbox = new Inbox();
  for (let n = 0; n < MAX_EVENTS; n++) inbox.add(`e${n}`, null);
  expect(inbox.whyFull('new', null)).toBe(
    'no task waits for it now; the run keeps at most 2000 events until tasks take them, and has 2000',
  );
});

test('inbox: the bytes of all events are bounded, also after continue-as-new, and are free again when an event is taken', () => {
  const half = 'x'.repeat(MAX_INBOX_BYTES / 2 - 100);
  const inbox = new Inbox({ a: [half] });
  expect(inbox.whyFull('b', half)).toBeUndefined();
  inbox.add('b', half);
  expect(inbox.whyFull('c', half)).toBe(
    `no task waits for it now; the run keeps at most ${MAX_INBOX_BYTES} bytes of events until tasks take them, ` +
      `and has ${MAX_INBOX_BYTES - 190}; this one has ${MAX_INBOX_BYTES / 2 - 95}`,
  );
  inbox.take('a');
  expect(inbox.whyFull('c', half)).toBeUndefined();
});
