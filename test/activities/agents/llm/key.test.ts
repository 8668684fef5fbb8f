// A key is sent to the server of its model, and is not shown anywhere else.
import { ApplicationFailure, DefaultFailureConverter, defaultPayloadConverter } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { AgentDefinitionError } from '../../../../src/activities/agents/definition.js';
import { agentFromData } from '../../../../src/activities/agents/index.js';
import { llmAgent } from '../../../../src/activities/agents/llm/llm-agent.js';
import type { AgentLog } from '../../../../src/domain/agent/agent.js';
import { openaiServer, type OpenAiServer } from '../../../fixtures/openai-server.js';
import { call, failureOf } from '../../call.js';

const KEY = 'sk-5ecret-0f-a-model';

let server: OpenAiServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** What Temporal would write of it into the history. */
function written(error: unknown): Buffer {
  if (!(error instanceof ApplicationFailure)) throw error;
  const failure = new DefaultFailureConverter().errorToFailure(error, defaultPayloadConverter);
  return Buffer.from(temporal.api.failure.v1.Failure.encode(failure).finish());
}

/** All that is logged, by the agent or past it. */
function listen(): { readonly log: AgentLog; text(this: void): string } {
  const lines: unknown[] = [];
  const note = (...said: unknown[]) => void lines.push(...said);
  for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    vi.spyOn(console, method).mockImplementation(note);
  }
  return { log: { debug: note, info: note, warn: note, error: note }, text: () => JSON.stringify(lines) };
}

const ECHO = { error: { message: `Incorrect API key provided: ${KEY}`, type: KEY, code: KEY } };

describe('llmAgent: keys', () => {
  test.each<[string, (model: OpenAiServer) => unknown]>([
    ['in a refusal of the key', (model) => model.fail(401, {}, ECHO)],
    ['in another error', (model) => model.fail(400, {}, ECHO)],
    ['in an error of the server', (model) => model.fail(500, {}, `at line 1: ${KEY}`)],
    ['in a page that is not a reply', (model) => model.fail(200, {}, `<html>${KEY}</html>`)],
    ['in JSON that is not a reply', (model) => model.fail(200, {}, { seen: KEY })],
    ['in a redirect', (model) => model.fail(302, { location: `http://127.0.0.1:1/?key=${KEY}` })],
    ['in the text of a refusal', (model) => model.refuse(`I was given ${KEY}`)],
    ['in an answer that does not fit', (model) => model.answer(KEY)],
    ['in no reply at all', (model) => model.cut()],
  ])('a key that the server sends back %s is not shown', async (_, script) => {
    vi.stubEnv('MODEL_KEY', KEY);
    server = await openaiServer();
    script(server);
    const settings = { type: 'x', model: 'm', baseURL: server.baseURL, output: { type: 'object' } };
    const agents = [agentFromData({ ...settings, kind: 'llm', apiKey: { env: 'MODEL_KEY' } })];
    const { log, text } = listen();
    const error: unknown = await call({ agents, deps: { log } }).catch((thrown: unknown) => thrown);
    expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
    expect(written(error).includes(KEY)).toBe(false);
    expect(text()).not.toContain(KEY);
    expect(server.requests.map((request) => request.text).join()).not.toContain(KEY);
  });

  test('a key that the model answers is not in the output', async () => {
    server = await openaiServer();
    server.answer(`it is ${KEY}`);
    const agents = [llmAgent({ type: 'x', model: 'm', baseURL: server.baseURL, apiKey: KEY })];
    expect((await call({ agents })).output).toBe('it is [secret apiKey]');
  });

  test.each([401, 403])('a key that is refused with %i is named by its variable', async (status) => {
    vi.stubEnv('MODEL_KEY', KEY);
    server = await openaiServer();
    server.fail(status, {}, ECHO);
    const agents = [llmAgent({ type: 'x', model: 'm', baseURL: server.baseURL, apiKey: { env: 'MODEL_KEY' } })];
    const failure = await failureOf(call({ agents }));
    expect(failure).toMatchObject({ type: 'AgentRefused', nonRetryable: true });
    expect(failure.message).toBe(
      `openai-compatible model "m" at ${server.baseURL} answered ${status}: Incorrect API key provided: [secret MODEL_KEY]; ` +
        'check the key in the environment variable "MODEL_KEY" of the worker',
    );
  });

  test('a server that needs a key which is not set gives a failure that says how to set it', async () => {
    server = await openaiServer();
    server.fail(401, {}, { error: 'no key' });
    const agents = [llmAgent({ type: 'x', model: 'm', baseURL: server.baseURL })];
    expect((await failureOf(call({ agents }))).message).toMatch(
      /answered 401: no key; it has no apiKey; name one, such as \{ env: "LLM_KEY" \}$/,
    );
  });

  test.each([
    [{ provider: 'openai' as const }, 'OPENAI_API_KEY', 'set it, or name another: apiKey: { env: NAME }'],
    [{ provider: 'anthropic' as const }, 'ANTHROPIC_API_KEY', 'set it, or name another: apiKey: { env: NAME }'],
    [{ baseURL: 'http://127.0.0.1:1', apiKey: { env: 'MODEL_KEY' } }, 'MODEL_KEY', 'set it where the worker starts'],
  ])('a missing key is named by its variable: %j', async (settings, variable, hint) => {
    vi.stubEnv(variable, '');
    const failure = await failureOf(call({ agents: [llmAgent({ type: 'x', model: 'm', ...settings })] }));
    expect(failure).toMatchObject({ type: 'AgentRefused', nonRetryable: true });
    expect(failure.message).toBe(`apiKey: the environment variable "${variable}" of the worker is not set; ${hint}`);
  });

  test('a key that a header cannot hold is refused by the name of its variable', async () => {
    vi.stubEnv('MODEL_KEY', `${KEY}\n`);
    const settings = { type: 'x', model: 'm', baseURL: 'http://127.0.0.1:1', apiKey: { env: 'MODEL_KEY' } };
    const failure = await failureOf(call({ agents: [llmAgent(settings)] }));
    expect(failure.message).toBe(
      'apiKey: the environment variable "MODEL_KEY" of the worker holds a character that is not allowed in a header',
    );
  });

  test.each([
    ['a data file', { apiKey: KEY }, (data: object) => agentFromData({ ...data, kind: 'llm' })],
    ['a data file, as an object', { apiKey: { key: KEY } }, (data: object) => agentFromData({ ...data, kind: 'llm' })],
    ['code, with a line break', { apiKey: `${KEY}\n` }, (data: object) => llmAgent(data as never)],
    ['a URL', { baseURL: `http://me:${KEY}@127.0.0.1/v1` }, (data: object) => llmAgent(data as never)],
    ['the query of a URL', { baseURL: `http://127.0.0.1/v1?key=${KEY}` }, (data: object) => llmAgent(data as never)],
  ])('a key in %s is rejected, and not shown', (_, more, make) => {
    const define = () => make({ type: 'x', model: 'm', baseURL: 'http://127.0.0.1/v1', ...more });
    expect(define).toThrow(AgentDefinitionError);
    expect(define).toThrow(/^agent "x": (apiKey|baseURL): expected [^\n]*, got a value that is not shown$/);
  });
});
