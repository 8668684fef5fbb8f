// What agents receive of the correlation of their run, and what an attempt notes for the trace.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { commandAgent } from '../../../src/activities/agents/command/command-agent.js';
import { functionAgent } from '../../../src/activities/agents/function-agent.js';
import { httpAgent } from '../../../src/activities/agents/http/http-agent.js';
import { llmAgent } from '../../../src/activities/agents/llm/llm-agent.js';
import type { Tracing } from '../../../src/activities/trace/tracing.js';
import { attemptName, spanIdOf } from '../../../src/domain/trace/ids.js';
import { openaiServer, type OpenAiServer } from '../../fixtures/openai-server.js';
import { startFixtureHttp, type FixtureHttp } from '../../support/fixture-http.js';
import { call, failureOf } from '../call.js';

const GIVEN = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const given = { correlationId: 'order-42 ä', traceparent: GIVEN };
const traced = { ...given, trace: { id: TRACE, span: 'run-1/a' } };
const tracing = (isSampled = true): Tracing => ({
  isSampled: () => isSampled,
  send: () => Promise.resolve(),
  close: () => Promise.resolve(),
});
const ofAttempt = (attempt: number) => spanIdOf(TRACE, 'attempt', attemptName('run-1/a', attempt));

const echo = functionAgent({ type: 'x', run: (_: unknown, { correlation }) => correlation });

test('a run that is not traced passes on what it was given', async () => {
  const { output, timings } = await call({ agents: [echo], request: given });
  expect(output).toMatchObject({ id: 'order-42 ä', traceparent: GIVEN });
  expect(timings).toBeUndefined();
});

test('a worker that sends no traces passes on what the run was given', async () => {
  expect((await call({ agents: [echo], request: traced })).output).toMatchObject({ traceparent: GIVEN });
});

test('a traced attempt passes on its own span, and whether it is kept', async () => {
  const { output, timings } = await call({ agents: [echo], request: traced, deps: { tracing: tracing() } });
  expect(output).toMatchObject({ traceparent: `00-${TRACE}-${ofAttempt(1)}-01` });
  expect(timings).toEqual([{ from: expect.any(Number) as number, to: expect.any(Number) as number }]);
  const dropped = await call({ agents: [echo], request: traced, deps: { tracing: tracing(false) } });
  expect(dropped.output).toMatchObject({ traceparent: `00-${TRACE}-${ofAttempt(1)}-00` });
});

test('lines of the log lead to the trace', async () => {
  const fields: unknown[] = [];
  const quiet = { debug() {}, warn() {}, error() {} };
  const log = { ...quiet, info: (_: string, more?: unknown) => void fields.push(more) };
  const agent = functionAgent({ type: 'x', run: (_: unknown, context) => context.log.info('here') });
  await call({ agents: [agent], request: traced, deps: { tracing: tracing(), log } });
  expect(fields).toMatchObject([
    { trace_id: TRACE, span_id: ofAttempt(1), trace_flags: '01', correlation_id: 'order-42 ä' },
  ]);
});

test('an attempt after one that was lost with its worker knows both, by the times of the server', async () => {
  const info = { attempt: 3, scheduledTimestampMs: 1_000, currentAttemptScheduledTimestampMs: 9_000 };
  const noted = { timings: [{ from: 2_000, to: 3_000, error: 'AgentFailed' }, { from: 4_000 }], ended: 1, open: true };
  const known = await call({ agents: [echo], request: traced, info: { ...info, heartbeatDetails: noted } });
  expect(known.timings!.slice(0, 2)).toEqual([
    { from: 2_000, to: 3_000, error: 'AgentFailed' },
    { from: 4_000, to: 9_000, error: 'Interrupted', approximate: true },
  ]);
  const silent = await call({ agents: [echo], request: traced, info });
  const lost = { from: 1_000, to: 9_000, error: 'Interrupted', approximate: true };
  expect(silent.timings!.slice(0, 2)).toEqual([lost, lost]);
  expect(silent.timings).toHaveLength(3);
});

test('an attempt that fails reports its time; one that a pool turned away is not an attempt', async () => {
  const fails = functionAgent({
    type: 'x',
    run: () => {
      throw new Error('no');
    },
  });
  const { detail } = await failureOf(call({ agents: [fails], request: traced }));
  expect(detail.timings).toMatchObject([{ error: 'AgentFailed' }]);
  const missing = await failureOf(call({ agents: [fails], request: { ...traced, agent: 'y' } }));
  expect(missing.detail.timings).toBeUndefined();
});

let service: FixtureHttp;
let model: OpenAiServer;
beforeAll(async () => {
  service = await startFixtureHttp((_, response) => response.end('{}'));
  model = await openaiServer();
});
afterAll(async () => {
  await service.close();
  await model.close();
});

test('an HTTP agent receives headers, a command variables', async () => {
  await call({ agents: [httpAgent({ type: 'x', url: service.url })], request: given });
  expect(service.asked.at(-1)!.headers).toMatchObject({
    traceparent: GIVEN,
    'x-correlation-id': 'order-42%20%C3%A4',
  });
  await call({ agents: [httpAgent({ type: 'x', url: service.url })] });
  expect(service.asked.at(-1)!.headers).not.toHaveProperty('x-correlation-id');
  const print =
    'const { TRACEPARENT: t, BATON_CORRELATION_ID: c } = process.env; console.log(JSON.stringify({ t, c }))';
  const program = commandAgent({ type: 'x', command: [process.execPath, '-e', print] });
  expect((await call({ agents: [program], request: given })).output).toEqual({ t: GIVEN, c: 'order-42 ä' });
});

test('a request to a model is noted with its tokens, and without its prompt and answer', async () => {
  model.answer('the answer');
  const agent = llmAgent({
    type: 'x',
    provider: 'openai-compatible',
    baseURL: model.baseURL,
    model: 'small',
    temperature: 0,
  });
  const { timings } = await call({ agents: [agent], request: { ...traced, input: 'the prompt' } });
  expect(timings![0]!.chats).toMatchObject([
    { provider: 'openai-compatible', model: 'small', server: '127.0.0.1', temperature: 0, finish: 'stop' },
  ]);
  expect(timings![0]!.chats![0]!.inputTokens).toBeGreaterThan(0);
  expect(JSON.stringify(timings)).not.toMatch(/the prompt|the answer/);
  model.fail(503);
  const { detail } = await failureOf(call({ agents: [agent], request: traced }));
  expect(detail.timings![0]!.chats).toMatchObject([{ error: 'Overloaded' }]);
});
