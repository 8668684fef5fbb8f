// Agents on the resource that their call holds, against real servers.
import { expect, onTestFinished, test } from 'vitest';
import { httpAgent } from '../../../../src/activities/agents/http/http-agent.js';
import { llmAgent } from '../../../../src/activities/agents/llm/llm-agent.js';
import type { Lease } from '../../../../src/activities/call-agent/lease.js';
import { startFixtureHttp } from '../../../support/fixture-http.js';
import { call, failureOf } from '../../call.js';

/** Nobody is there. */
const ELSEWHERE = 'http://127.0.0.1:9';

const holding =
  (endpoint: string): Lease =>
  (_, go) =>
    go({ resource: { id: 'r', endpoint, labels: {} }, signal: new AbortController().signal });

async function serverOf(status: number, body: string) {
  const server = await startFixtureHttp((_, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  });
  onTestFinished(() => server.close());
  return server;
}

test('an HTTP agent calls the endpoint of its resource, with its own path and query', async () => {
  const { url, asked } = await serverOf(200, '{}');
  const agents = [httpAgent({ type: 'x', url: `${ELSEWHERE}/scan?deep=1`, method: 'GET', pool: 'p' })];
  await call({ agents, request: { input: { a: 'b' } }, deps: { lease: holding(url) } });
  await call({ agents, request: { input: {} }, deps: { lease: holding(`${url}/east/`) } });
  expect(asked.map((one) => one.url)).toEqual(['/scan?deep=1&a=b', '/east/scan?deep=1']);
});

test('the failure of an HTTP agent names the endpoint that failed', async () => {
  const { url } = await serverOf(500, 'no');
  const agents = [httpAgent({ type: 'x', url: `${ELSEWHERE}/scan`, pool: 'p' })];
  const { message } = await failureOf(call({ agents, deps: { lease: holding(url) } }));
  expect(message).toBe(`POST ${url}/scan answered 500: no`);
});

test('an LLM agent calls the endpoint of its resource, with the path of its base URL', async () => {
  const answer = { id: '1', object: 'chat.completion', created: 1, model: 'm', choices: [] };
  const choices = [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'hello' } }];
  const { url, asked } = await serverOf(200, JSON.stringify({ ...answer, choices }));
  const agents = [llmAgent({ type: 'x', baseURL: `${ELSEWHERE}/v1`, model: 'm', pool: 'p' })];
  const { output } = await call({ agents, request: { input: 'hi' }, deps: { lease: holding(url) } });
  expect(output).toBe('hello');
  expect(asked.map((one) => one.url)).toEqual(['/v1/chat/completions']);
});

test('an agent with a pool is rejected by activities without pools', () => {
  const agents = [httpAgent({ type: 'x', url: ELSEWHERE, pool: 'p' })];
  expect(() => call({ agents })).toThrow(
    'agent "x": pool: expected a worker made by createWorker: only such a worker has pools',
  );
});
