// What a model may answer instead of an answer, and which failure it is.
import { describe, expect, test } from 'vitest';
import type { LlmAgentOptions } from '../../../src/activities/agents/llm.js';
import type { OpenAiServer } from '../../fixtures/openai-server.js';
import { call, environment, failureOf, type Seen } from '../call.js';
import { PRICES, scripted, USAGE } from './scripted-model.js';

type Options = Partial<LlmAgentOptions<unknown, unknown>>;

/** How the call fails, and how often the model was asked. */
async function failing(
  script: (server: OpenAiServer) => unknown,
  more?: Options,
): Promise<Seen & { readonly asked: number }> {
  const { agents, requests } = await scripted(script, more);
  const failure = await failureOf(call({ agents }));
  return { ...failure, asked: requests.length };
}

const OPENAI_ERROR = (message: string, code: string | null, type = 'invalid_request_error') => ({
  error: { message, type, param: null, code },
});

describe('an LLM agent whose model is asked too much', () => {
  test.each([
    ['seconds', { 'retry-after': '7' }, 7000],
    ['milliseconds', { 'retry-after': '7', 'retry-after-ms': '1500' }, 1500],
    ['a date gone by', { 'retry-after': 'Thu, 01 Jan 2015 00:00:30 GMT' }, 1],
    ['nothing', {}, 500],
  ])('comes again when it is told to: %s', async (_, headers, delayMs) => {
    const failure = await failing((model) =>
      model.fail(429, headers, OPENAI_ERROR('Slow down', 'rate_limit_exceeded')),
    );
    expect(failure).toMatchObject({ type: 'Overloaded', nonRetryable: false, delayMs });
    expect(failure.message).toMatch(
      /^openai-compatible model "small-1" at http:\/\/127.0.0.1:\d+\/v1 answered 429: Slow down$/,
    );
    expect(failure.detail.details).toEqual({ status: 429, code: 'rate_limit_exceeded' });
    expect(failure.asked).toBe(1);
  });

  test.each([
    [503, ''],
    [529, { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }],
    [500, { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }],
    [200, OPENAI_ERROR('Slow down', '429')],
  ])('is Overloaded after %i', async (status, body) => {
    const failure = await failing((model) => model.fail(status, { 'retry-after': '3' }, body));
    expect(failure).toMatchObject({ type: 'Overloaded', nonRetryable: false, delayMs: 3000 });
  });

  test('is refused when no credit is left', async () => {
    const failure = await failing((model) => model.fail(429, {}, OPENAI_ERROR('Pay first', 'insufficient_quota')));
    expect(failure).toMatchObject({ type: 'AgentRefused', nonRetryable: true });
  });
});

describe('an LLM agent whose model fails', () => {
  test.each([408, 500, 502, 504])('with %i is worth another attempt', async (status) => {
    const failure = await failing((model) => model.fail(status));
    expect(failure).toMatchObject({ type: 'AgentFailed', nonRetryable: false, asked: 1 });
  });

  test.each(['before', 'midway'] as const)('by hanging up %s is Unreachable', async (when) => {
    const failure = await failing((model) => model.cut(when));
    expect(failure).toMatchObject({ type: 'Unreachable', nonRetryable: false });
    expect(failure.message).toMatch(/^openai-compatible model "small-1" at .* could not be reached: /);
  });

  test.each([
    ['no JSON', '<html>welcome</html>', '"<html>welcome</html>"'],
    ['other JSON', { hello: 1 }, '"{\\"hello\\":1}"'],
    ['no choices', { choices: [] }, '"{\\"choices\\":[]}"'],
  ])('to answer as a model does (%s) is InvalidOutput', async (_, body, shown) => {
    const failure = await failing((model) => model.fail(200, {}, body));
    expect(failure).toMatchObject({ type: 'InvalidOutput', nonRetryable: true });
    expect(failure.message).toContain(`expected a reply of a model, got ${shown}; check baseURL`);
  });

  test('in a reply that tells what it cost has its cost noted', async () => {
    const usage = { prompt_tokens: 100, completion_tokens: 20 };
    const failure = await failing((model) => model.fail(500, {}, { error: { message: 'late' }, usage }), {
      prices: PRICES,
    });
    expect(failure.detail.usage).toEqual({ calls: 1, tokens: 120, usd: 0.003 });
  });

  test('by answering 20 MB is OutputTooLarge', async () => {
    const failure = await failing((model) => model.answer('x'.repeat(20_000_000)));
    expect(failure).toMatchObject({ type: 'OutputTooLarge', nonRetryable: true });
  });

  test('by answering 3 MB of text is OutputTooLarge, and is paid for', async () => {
    const failure = await failing((model) => model.answer('x'.repeat(3_000_000), { usage: USAGE }));
    expect(failure).toMatchObject({ type: 'OutputTooLarge', detail: { usage: { tokens: 120 } } });
  });

  test('by redirecting is not followed', async () => {
    const failure = await failing((model) => model.fail(307, { location: 'http://127.0.0.1:1/elsewhere' }));
    expect(failure).toMatchObject({ type: 'AgentRefused', nonRetryable: true });
    expect(failure.message).toMatch(/redirected to "http:\/\/127.0.0.1:1\/elsewhere" \(307\)/);
  });

  test('to know the model names it', async () => {
    const body = OPENAI_ERROR('The model `small-1` does not exist', 'model_not_found');
    const failure = await failing((model) => model.fail(404, {}, body));
    expect(failure).toMatchObject({ type: 'AgentRefused', nonRetryable: true });
    expect(failure.message).toMatch(
      /^openai-compatible model "small-1" at .* answered 404: The model `small-1` does not exist; check the model and baseURL$/,
    );
  });
});

describe('a model that will not answer', () => {
  test('is ModelRefused, with what it said, and is paid for', async () => {
    const failure = await failing((model) => model.refuse('I cannot help with that.'), { output: { type: 'object' } });
    expect(failure).toMatchObject({ type: 'ModelRefused', nonRetryable: true, detail: { usage: { tokens: 15 } } });
    expect(failure.message).toMatch(/refused to answer: "I cannot help with that\."$/);
    expect(failure.asked).toBe(1);
  });

  test.each(['openai', 'anthropic'] as const)('is ModelRefused with %s too', async (provider) => {
    const failure = await failing((model) => model.refuse('No.'), { provider, apiKey: 'k3y' });
    expect(failure).toMatchObject({ type: 'ModelRefused', nonRetryable: true });
  });

  test.each(['openai-compatible', 'openai'] as const)('for a filter of %s is ContentFiltered', async (provider) => {
    const script = (model: OpenAiServer) => model.answer('half a', { finish: 'content_filter' });
    expect(await failing(script, { provider, apiKey: 'k3y' })).toMatchObject({
      type: 'ContentFiltered',
      nonRetryable: true,
      detail: { usage: { tokens: 15 } },
    });
  });

  test('for a filter of the prompt is ContentFiltered', async () => {
    const body = OPENAI_ERROR('The prompt triggered a policy', 'content_filter');
    expect(await failing((model) => model.fail(400, {}, body))).toMatchObject({ type: 'ContentFiltered' });
  });
});

describe('a prompt that is too long', () => {
  test.each([
    [
      'openai-compatible',
      400,
      OPENAI_ERROR("This model's maximum context length is 8 tokens", 'context_length_exceeded'),
    ],
    [
      'openai-compatible',
      400,
      { error: { code: 400, type: 'exceed_context_size_error', message: 'request exceeds it' } },
    ],
    [
      'anthropic',
      400,
      { type: 'error', error: { type: 'invalid_request_error', message: 'prompt is too long: 9 > 8' } },
    ],
    ['anthropic', 413, { type: 'error', error: { type: 'request_too_large', message: 'too large' } }],
  ] as const)('for the model of %s is ContextTooLong (%i)', async (provider, status, body) => {
    const failure = await failing((model) => model.fail(status, {}, body), { provider, apiKey: 'k3y' });
    expect(failure).toMatchObject({ type: 'ContextTooLong', nonRetryable: true });
    expect(failure.message).toMatch(/^[^\n]*; shorten the prompt, or take a model that reads more$/);
  });

  test('is one clear line, and is not sent', async () => {
    const { agents, requests } = await scripted((model) => model.answer('ok'), {
      prompt: '{% $input %}{% $input %}',
    });
    const failure = await failureOf(call({ agents, request: { input: 'x'.repeat(1_100_000) } }));
    expect(failure).toMatchObject({ type: 'ContextTooLong', nonRetryable: true });
    expect(failure.message).toBe(
      'prompt: expected at most 2031616 bytes, got 2200000; split the work over the items of a forEach',
    );
    expect(requests).toHaveLength(0);
  });
});

describe('an answer that never ends', () => {
  test('is a Timeout, and the connection is closed', async () => {
    const { agents, server } = await scripted((model) => model.hang());
    expect(await failureOf(call({ agents, request: { timeoutMs: 300 } }))).toMatchObject({ type: 'Timeout' });
    await server.hungUp;
  });

  test('is aborted when the call is cancelled', async () => {
    const env = environment();
    const { agents, server } = await scripted((model) => model.hang(() => env.cancel()));
    expect(await failureOf(call({ agents }, env))).toMatchObject({ type: 'Cancelled', detail: { began: true } });
    await server.hungUp;
  });
});
