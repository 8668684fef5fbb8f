import { expect, test, vi } from 'vitest';
import { parseCorrelation, withCorrelation } from '../../src/client/correlation.js';
import { runQuery } from '../../src/client/run-query.js';

const REFUSED = 'expected 1 to 255 characters on one line, without spaces at the ends, got';

test.each([
  ['', `correlationId: ${REFUSED} ""`],
  ['a\nb', `correlationId: ${REFUSED} "a\\nb"`],
  [' a', `correlationId: ${REFUSED} " a"`],
  ['a\u0000', `correlationId: ${REFUSED} "a\\u0000"`],
  ['x'.repeat(256), `correlationId: ${REFUSED} 256 characters`],
])('a correlation id is refused: %j', (correlationId, message) => {
  expect(() => parseCorrelation({ correlationId })).toThrow(message);
});

test('a correlation id that is not text, and a traceparent that is none, are refused together', () => {
  const bad = { correlationId: 7 as unknown as string, traceparent: '00-1' };
  expect(() => parseCorrelation(bad)).toThrow(
    /correlationId: expected string, got 7\ntraceparent: expected a traceparent/,
  );
});

test('any text on one line is a correlation id', () => {
  for (const correlationId of ['order-42', 'Bestellung 42 ä', 'x'.repeat(255)])
    expect(parseCorrelation({ correlationId })).toEqual({ correlationId });
});

test('a run is traced if the process that starts it has an endpoint', () => {
  const request = { plan: {} };
  expect(withCorrelation(request, {})).toEqual(request);
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', 'http://127.0.0.1:4318');
  expect(withCorrelation(request, {})).toEqual({ ...request, trace: {} });
  vi.unstubAllEnvs();
});

test('runs are found by their correlation id', () => {
  expect(runQuery({ correlationId: "a'b" })).toContain("BatonCorrelationId = 'a''b'");
  expect(() => runQuery({ correlationId: '' })).toThrow(REFUSED);
});
