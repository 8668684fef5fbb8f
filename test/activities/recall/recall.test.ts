// How a call ends if the server that has the earlier answers does not respond.
import { Client, Connection } from '@temporalio/client';
import { expect, test } from 'vitest';
import { functionAgent } from '../../../src/activities/agents/function-agent.js';
import { call, environment, failureOf } from '../call.js';

/** No server listens at this address, and the client does not retry. */
const client = new Client({ connection: Connection.lazy({ address: '127.0.0.1:1', interceptors: [] }) });

function noted() {
  const warnings: string[] = [];
  const warn = (message: string) => void warnings.push(message);
  return { warnings, log: { debug() {}, info() {}, warn, error() {} } };
}

const agents = [functionAgent({ type: 'x', run: () => 'asked' })];

test('if the cache cannot be read or written, a warning is logged and the agent is called', async () => {
  const { warnings, log } = noted();
  const reply = await call({ agents, request: { cacheMs: 60_000 }, deps: { log } }, environment({}, client));
  expect(reply).toMatchObject({ output: 'asked', usage: { calls: 1 } });
  expect(reply).not.toHaveProperty('origin');
  expect(warnings).toEqual([
    expect.stringContaining('could not read the cache'),
    expect.stringContaining('could not write the cache'),
  ]);
});

test('if an old run cannot be read, the agent is not called, and the failure is retryable', async () => {
  const place = { run: 'old', path: [], fork: 'new' };
  const failure = await failureOf(call({ agents, request: { reuse: place } }, environment({}, client)));
  expect(failure).toMatchObject({ type: 'Unreachable', nonRetryable: false, detail: { began: false } });
  expect(failure.message).toContain('could not read what run old did');
});

test('a call without cache and without an old run sends no request to the server', async () => {
  expect(await call({ agents })).toEqual({ output: 'asked', attempts: 1, usage: { calls: 1, tokens: 0, usd: 0 } });
});
