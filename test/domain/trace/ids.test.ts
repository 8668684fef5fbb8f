import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { spanIdOf, traceIdOf } from '../../../src/domain/trace/ids.js';
import { sha256 } from '../../../src/domain/trace/sha256.js';
import { formatTraceparent, isSampled, parseTraceparent } from '../../../src/domain/trace/traceparent.js';

test('sha256 is the SHA-256 of Node.js, for any text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      expect(sha256(text)).toBe(createHash('sha256').update(text, 'utf8').digest('hex'));
    }),
  );
  for (const length of [0, 1, 55, 56, 63, 64, 65, 119, 120, 1000])
    expect(sha256('a'.repeat(length))).toBe(createHash('sha256').update('a'.repeat(length)).digest('hex'));
});

test('ids of spans are hexadecimal, and differ by trace, kind and name', () => {
  const trace = traceIdOf('019ac');
  expect(trace).toMatch(/^[\da-f]{32}$/);
  const ids = [
    spanIdOf(trace, 'task', 'r/a'),
    spanIdOf(trace, 'run', 'r/a'),
    spanIdOf(trace, 'task', 'r/b'),
    spanIdOf(traceIdOf('019ad'), 'task', 'r/a'),
  ];
  for (const id of ids) expect(id).toMatch(/^[\da-f]{16}$/);
  expect(new Set(ids).size).toBe(4);
  expect(spanIdOf(trace, 'task', 'r/a')).toBe(ids[0]);
});

const VALID = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

test('a traceparent is read and written', () => {
  const parsed = parseTraceparent(VALID)!;
  expect(parsed.spanId).toBe('00f067aa0ba902b7');
  expect(isSampled(parsed)).toBe(true);
  expect(isSampled({ flags: '02' })).toBe(false);
  expect(formatTraceparent(parsed)).toBe(VALID);
  // A later version may have more fields.
  expect(parseTraceparent(`${VALID.replace(/^00/, '01')}-more`)?.flags).toBe('01');
});

test.each([
  ['', 'nothing'],
  [VALID.toUpperCase(), 'upper case'],
  [`${VALID}-more`, 'more fields in version 00'],
  [VALID.replace(/^00/, 'ff'), 'version ff'],
  [`00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, 'no trace'],
  [`00-4bf92f3577b34da6a3ce929d0e0e4736-${'0'.repeat(16)}-01`, 'no span'],
  [` ${VALID}`, 'a space'],
])('a traceparent is not valid: %s (%s)', (text) => {
  expect(parseTraceparent(text)).toBeUndefined();
});
