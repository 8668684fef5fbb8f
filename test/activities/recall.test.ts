// What a call comes to where the server does not answer that is asked whether it was answered before.
import { Client, Connection } from '@temporalio/client';
import { expect, test } from 'vitest';
import { functionAgent } from '../../src/activities/agents/function.js';
import { call, environment, failureOf } from './call.js';

/** Nothing listens there. */
const client = new Client({ connection: Connection.lazy({ address: '127.0.0.1:1' }) });

function noted() {
  const warnings: string[] = [];
  const warn = (message: string) => void warnings.push(message);
  return { warnings, log: { debug() {}, info() {}, warn, error() {} } };
}

const agents = [functionAgent({ type: 'x', run: () => 'asked' })];

test('trouble with the cache is told, and the agent is asked', async () => {
  const { warnings, log } = noted();
  const reply = await call({ agents, request: { cacheMs: 60_000 }, deps: { log } }, environment({}, client));
  expect(reply).toMatchObject({ output: 'asked', usage: { calls: 1 } });
  expect(reply).not.toHaveProperty('origin');
  expect(warnings).toEqual([
    expect.stringContaining('the cache could not be read'),
    expect.stringContaining('the cache could not be written'),
  ]);
});

test('where an old run cannot be read the agent is not asked, and another attempt may do better', async () => {
  const place = { run: 'old', path: [], fork: 'new' };
  const failure = await failureOf(call({ agents, request: { reuse: place } }, environment({}, client)));
  expect(failure).toMatchObject({ type: 'Unreachable', nonRetryable: false, detail: { began: false } });
  expect(failure.message).toContain('what run old did could not be read');
});

test('a call that wants neither asks no server', async () => {
  expect(await call({ agents })).toEqual({ output: 'asked', attempts: 1, usage: { calls: 1, tokens: 0, usd: 0 } });
});
