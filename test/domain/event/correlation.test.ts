import { expect, test } from 'vitest';
import type { CloudEvent } from '../../../src/domain/event/cloud-event.js';
import { eventCorrelation } from '../../../src/domain/event/correlation.js';
import { publishedEvent } from '../../../src/domain/event/published-event.js';
import { readEvent } from '../../../src/domain/event/read-event.js';

const GIVEN = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const headers = { traceparent: GIVEN, 'x-correlation-id': 'order-42' };
const message = (more: object) => ({
  ...{ id: '1', source: '/s', headers, contentType: undefined, body: Buffer.from('{}'), time: 0 },
  ...more,
});

test('the headers of a message become extensions, unless the event has them itself', () => {
  const expected = { correlationId: 'order-42', traceparent: GIVEN };
  expect(eventCorrelation(readEvent(message({})))).toEqual(expected);
  const own = { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': '/s', 'ce-type': 't', 'ce-correlationid': 'own' };
  expect(eventCorrelation(readEvent(message({ headers: { ...headers, ...own } })))).toEqual({
    ...expected,
    correlationId: 'own',
  });
  const body = Buffer.from(
    JSON.stringify({ specversion: '1.0', id: '1', source: '/s', type: 't', correlationid: 'own' }),
  );
  const structured = message({ contentType: 'application/cloudevents+json', body });
  expect(eventCorrelation(readEvent(structured))).toEqual({ ...expected, correlationId: 'own' });
});

test('values of an event that are not valid are ignored', () => {
  const event = {
    specversion: '1.0',
    source: '/s',
    type: 't',
    correlationid: 'a\nb',
    traceparent: '00-1',
  } as CloudEvent;
  expect(eventCorrelation(event)).toEqual({ correlationId: undefined, traceparent: undefined });
  expect(eventCorrelation({ ...event, correlationid: 7 })).toEqual({
    correlationId: undefined,
    traceparent: undefined,
  });
});

test('a published event has the correlation of its run as extensions', () => {
  const request = {
    ...{
      run: 'r',
      plan: 'p',
      task: 't',
      broker: 'b',
      to: 'x',
      type: 'done',
      data: 1,
      idempotencyKey: 'r/t',
      timeoutMs: 1,
    },
    retry: { attempts: 1, initialMs: 1, factor: 1, maxMs: 1 },
  };
  const from = { project: 'shop', time: '2026-01-01T00:00:00Z' };
  expect(publishedEvent(request, { ...from, correlation: { id: 'order-42', traceparent: GIVEN } })).toMatchObject({
    correlationid: 'order-42',
    traceparent: GIVEN,
  });
  expect(Object.keys(publishedEvent(request, from))).not.toContain('traceparent');
});
