// The attempts of a call, read from the notes of its worker, which may be one in another language.
import type { Client } from '@temporalio/client';
import { defaultDataConverter } from '@temporalio/common';
import { expect, test } from 'vitest';
import type { CallRecord } from '../../src/client/calls/call-record.js';
import { readCallAttempts } from '../../src/client/calls/call-attempts.js';

const client = { options: { loadedDataConverter: defaultDataConverter, namespace: 'default' } } as unknown as Client;

/** A call that succeeded in its last attempt, with what its worker noted. */
function callWith(attempts: number, output: unknown): CallRecord {
  const payload = defaultDataConverter.payloadConverter.toPayload(output);
  return { name: 'a', task: 'a', scheduledAt: 0, attempts, status: 'succeeded', output: { payloads: [payload] } };
}

const failed = (number: number, message: string) => ({ from: number, to: number + 1, error: 'AgentFailed', message });

test('the attempts before the last one have their times and why they failed', async () => {
  const timings = [failed(1, 'no'), failed(5, 'not yet'), { from: 9, to: 10 }];
  expect(await readCallAttempts(client, callWith(3, { output: 1, attempts: 3, timings }))).toEqual({
    count: 3,
    earlier: [
      { number: 1, from: 1, to: 2, failure: 'AgentFailed: no', isApproximate: false },
      { number: 2, from: 5, to: 6, failure: 'AgentFailed: not yet', isApproximate: false },
    ],
  });
});

test('a worker that notes a million characters and a thousand attempts is cut', async () => {
  const timings = Array.from({ length: 1_000 }, (_, index) => failed(index, 'x'.repeat(1_000)));
  const { count, earlier } = (await readCallAttempts(client, callWith(1_001, { attempts: 1_001, timings })))!;
  expect(count).toBe(1_001);
  expect(earlier.map(({ number }) => number)).toEqual(Array.from({ length: 100 }, (_, index) => 901 + index));
  expect(new Set(earlier.map(({ failure }) => failure.length))).toEqual(new Set([300]));
});

test('notes that are none leave the number of attempts', async () => {
  for (const timings of ['no list', [{ from: 'yesterday' }], null])
    expect(await readCallAttempts(client, callWith(2, { attempts: 2, timings }))).toEqual({ count: 2, earlier: [] });
});
