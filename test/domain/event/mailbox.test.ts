import { expect, test } from 'vitest';
import { isKept, MAX_MAIL, MAX_MAIL_BYTES, whyMailboxFull, type KeptMail } from '../../../src/domain/event/mailbox.js';

const mail = (id: string, data: unknown = null): KeptMail => ({ subscription: 's', event: 'e', data, id, keptAt: 0 });
const full = Array.from({ length: MAX_MAIL }, (_, index) => mail(String(index)));

test('a mailbox is bounded in number', () => {
  expect(whyMailboxFull('r', full.slice(1), mail('next'))).toBeUndefined();
  expect(whyMailboxFull('r', full, mail('next'))).toBe(
    `run r does not exist yet; at most ${MAX_MAIL} events are kept for a run until it exists, and ${MAX_MAIL} are`,
  );
});

test('a mailbox is bounded in bytes', () => {
  const large = mail('large', 'x'.repeat(MAX_MAIL_BYTES - 1_000));
  expect(whyMailboxFull('r', [], large)).toBeUndefined();
  expect(whyMailboxFull('r', [large], mail('next', 'x'.repeat(2_000)))).toMatch(
    /^run r does not exist yet; at most \d+ bytes of events are kept/,
  );
});

test('an event that is kept already is accepted again, and an event without an id is another one', () => {
  expect(whyMailboxFull('r', full, mail('0'))).toBeUndefined();
  expect(isKept(full, mail('0'))).toBe(true);
  const { id: _, ...without } = mail('0');
  expect(isKept([without], without)).toBe(false);
});
