import { expect, test } from 'vitest';
import { requestEvent } from '../../../src/domain/event/request-event.js';
import { aRequest } from '../../activities/call.js';

const attempt = { project: 'shop', number: 2, now: Date.UTC(2026, 10, 28) };

test('a request has the idempotency key of the call as its id, and says until when the call waits', () => {
  expect(requestEvent(aRequest({ item: 3, timeoutMs: 1_000 }), { n: 1 }, attempt)).toEqual({
    specversion: '1.0',
    id: 'run-1/a',
    source: '/baton/shop/run-1',
    type: 'x',
    subject: 'a/3',
    time: '2026-11-28T00:00:00.000Z',
    expirytime: '2026-11-28T00:00:01.000Z',
    run: 'run-1',
    attempt: 2,
    datacontenttype: 'application/json',
    data: { n: 1 },
  });
});

test('a request passes on the correlation id and the trace of its call', () => {
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  const event = requestEvent(aRequest(), null, { ...attempt, correlation: { id: 'order-42', traceparent } });
  expect(event).toMatchObject({ correlationid: 'order-42', traceparent });
});
