import { afterEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { OpenAiServer } from '../../../fixtures/openai-server.js';
import { call, failureOf } from '../../call.js';
import { PRICES, scripted, USAGE } from './scripted-model.js';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const Verdict = z.object({ risk: z.enum(['low', 'high']), reasons: z.array(z.string()).default([]) });

describe('llmAgent', () => {
  test('an LLM agent calls its model once, and answers with its text', async () => {
    const { agents, requests } = await scripted((model) => model.answer('hello', { usage: USAGE }), {
      system: 'Be {% $input.manner %}.',
      prompt: 'Greet {% $input.name %}: {% $count($input.list) %} {% $input.list %}',
      temperature: 0.2,
      maxOutputTokens: 50,
      prices: PRICES,
    });
    const input = { name: 'Ann', manner: 'brief', list: [1, 2] };
    const { output, usage } = await call({ agents, request: { input } });
    expect(output).toBe('hello');
    expect(usage).toEqual({ calls: 1, tokens: 120, usd: 0.003 });
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({ path: '/v1/chat/completions', headers: { 'idempotency-key': 'run-1/a' } });
    expect(requests[0]?.body).toEqual({
      model: 'small-1',
      temperature: 0.2,
      max_tokens: 50,
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Greet Ann: 2 [1,2]' },
      ],
    });
    expect(requests[0]?.headers).not.toHaveProperty('authorization');
  });

  test.each([
    ['text', 'hi', 'hi'],
    ['an object with a prompt', { prompt: 'hi', more: 1 }, 'hi'],
    ['anything else', { a: 1 }, '{"a":1}'],
  ])('an LLM agent without a prompt sends its input: %s', async (_, input, content) => {
    const { agents, requests } = await scripted((model) => model.answer('ok'));
    await call({ agents, request: { input } });
    expect(requests[0]?.messages).toEqual([{ role: 'user', content }]);
  });

  test('an LLM agent whose prompt needs a missing input is not called', async () => {
    const { agents, requests } = await scripted((model) => model.answer('ok'), { prompt: 'Sum up {% $input.text %}' });
    const failure = await failureOf(call({ agents, request: { input: {} } }));
    expect(failure).toMatchObject({ type: 'ExpressionFailed', nonRetryable: true });
    expect(failure.message).toBe('prompt: {% $input.text %}: expected a value, got nothing');
    expect(requests).toHaveLength(0);
  });

  test('a server that reports no usage costs no tokens', async () => {
    const { agents } = await scripted((model) => model.answer('ok', { usage: null }), { prices: PRICES });
    expect((await call({ agents })).usage).toEqual({ calls: 1, tokens: 0, usd: 0 });
  });

  test.each([
    ['openai', '/v1/responses', { authorization: 'Bearer k3y' }],
    ['anthropic', '/v1/messages', { 'x-api-key': 'k3y' }],
  ] as const)('an LLM agent may use %s', async (provider, path, headers) => {
    const variable = `${provider.toUpperCase()}_API_KEY`;
    vi.stubEnv(variable, 'k3y');
    const script = (model: OpenAiServer) => model.answer({ risk: 'low' }, { usage: USAGE });
    const { agents, requests } = await scripted(script, { provider, output: Verdict });
    const { output, usage } = await call({ agents, request: { input: 'hi' } });
    expect(output).toEqual({ risk: 'low', reasons: [] });
    expect(usage.tokens).toBe(120);
    expect(requests).toMatchObject([{ path, headers }]);
    expect(requests[0]?.text).toContain('"enum":["low","high"]');
  });
});

test('an LLM agent prints nothing to stdout, and has its provider store nothing', async () => {
  const said = vi.fn();
  for (const method of ['log', 'info', 'warn', 'error'] as const) vi.spyOn(console, method).mockImplementation(said);
  const log = { debug: vi.fn(), info: said, warn: said, error: said };
  const { agents, requests } = await scripted((model) => model.answer('ok'), {
    provider: 'openai',
    model: 'o3-mini',
    apiKey: 'k3y',
    temperature: 0.5,
  });
  await call({ agents, deps: { log } });
  expect(requests[0]?.body).toMatchObject({ store: false });
  expect(said).not.toHaveBeenCalled();
  expect(log.debug).toHaveBeenCalledWith(expect.stringContaining('temperature'), expect.anything());
});

describe('llmAgent: output with a schema', () => {
  test('an LLM agent sends the schema of its output, and answers with a value that fits', async () => {
    const { agents, requests } = await scripted((model) => model.answer({ risk: 'low' }), { output: Verdict });
    expect((await call({ agents })).output).toEqual({ risk: 'low', reasons: [] });
    const schema = { type: 'object', required: ['risk'], properties: { risk: { enum: ['low', 'high'] } } };
    expect(requests[0]?.body).toMatchObject({
      response_format: { type: 'json_schema', json_schema: { strict: false, schema } },
    });
    expect(requests[0]?.messages[0]).toMatchObject({
      role: 'system',
      content: expect.stringContaining('"low"') as string,
    });
  });

  test.each([
    ['json', { response_format: { type: 'json_object' } }],
    ['prompt', { response_format: undefined }],
  ] as const)('an LLM agent sends the schema as %s if it is configured so', async (structured, body) => {
    const { agents, requests } = await scripted((model) => model.answer({ risk: 'low' }), {
      output: Verdict,
      structured,
    });
    await call({ agents });
    expect({ response_format: undefined, ...requests[0]?.body }).toMatchObject(body);
    expect(requests[0]?.messages[0]?.content).toContain('"enum":["low","high"]');
  });

  test('a schema that is not of an object is sent in the prompt, and the answer may be in a code block', async () => {
    const { agents, requests } = await scripted((model) => model.answer('Here:\n```json\n[1, 2]\n```\n'), {
      output: { type: 'array', items: { type: 'integer' } },
    });
    expect((await call({ agents })).output).toEqual([1, 2]);
    expect(requests[0]?.body).not.toHaveProperty('response_format');
  });

  test.each([
    ['not JSON', 'surely low', 'output: expected JSON, got "surely low"'],
    ['JSON that does not fit', { risk: 'some' }, 'output.risk: expected'],
    ['nothing', '', 'output: expected JSON, got ""'],
  ])('the problems of a wrong answer are sent back once: %s', async (_, wrong, problem) => {
    const script = (model: OpenAiServer) =>
      model.answer(wrong, { usage: USAGE }).answer({ risk: 'high', reasons: ['x'] }, { usage: USAGE });
    const { agents, requests } = await scripted(script, { output: Verdict, prices: PRICES });
    const { output, usage } = await call({ agents, request: { input: 'judge' } });
    expect(output).toEqual({ risk: 'high', reasons: ['x'] });
    expect(usage).toEqual({ calls: 1, tokens: 240, usd: 0.006 });
    expect(requests[1]?.messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'user']);
    expect(requests[1]?.messages[3]?.content).toContain(problem);
    expect(requests[1]?.headers).toMatchObject({ 'idempotency-key': 'run-1/a:repair' });
  });

  test('a second answer that does not fit fails the call, and the tokens of both are counted', async () => {
    const script = (model: OpenAiServer) => model.answer('no', { usage: USAGE }).answer({ risk: 5 }, { usage: USAGE });
    const { agents, requests } = await scripted(script, { output: Verdict, prices: PRICES });
    const failure = await failureOf(call({ agents }));
    expect(failure).toMatchObject({ type: 'InvalidOutput', nonRetryable: true });
    expect(failure.message).toMatch(/and neither does the corrected one: output\.risk: expected .*, got 5$/);
    expect(failure.detail.usage).toEqual({ calls: 1, tokens: 240, usd: 0.006 });
    expect(requests).toHaveLength(2);
  });

  test('an answer that was cut off is not sent back', async () => {
    const script = (model: OpenAiServer) => model.answer('{"risk":', { finish: 'length', usage: USAGE });
    const { agents, requests } = await scripted(script, { output: Verdict });
    const failure = await failureOf(call({ agents }));
    expect(failure).toMatchObject({ type: 'InvalidOutput', nonRetryable: true, detail: { usage: { tokens: 120 } } });
    expect(failure.message).toMatch(/cut off after 20 tokens: raise maxOutputTokens$/);
    expect(requests).toHaveLength(1);
  });
});
