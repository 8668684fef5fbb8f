// What a model may reply instead of an answer, and the failure for each.
import { describe, expect, test } from 'vitest';
import type { LlmAgentOptions } from '../../../../src/activities/agents/llm/llm-agent.js';
import type { OpenAiServer } from '../../../fixtures/openai-server.js';
import { call, environment, failureOf, type Seen } from '../../call.js';
import { PRICES, scripted, USAGE } from './scripted-model.js';

type Options = Partial<LlmAgentOptions<unknown, unknown>>;

/** How the call fails, and how many requests the model got. */
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

describe('llmAgent: overload', () => {
  test.each([
    ['seconds', { 'retry-after': '7' }, 7000],
    ['milliseconds', { 'retry-after': '7', 'retry-after-ms': '1500' }, 1500],
    ['a date in the past', { 'retry-after': 'Thu, 01 Jan 2015 00:00:30 GMT' }, 500],
    ['no time at all', { 'retry-after': '0', 'retry-after-ms': '0' }, 500],
    ['nothing', {}, 500],
  ])('an overloaded model is retried when its headers say: %s', async (_, headers, delayMs) => {
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
  ])('a model reply with an overload error and status %i is Overloaded', async (status, body) => {
    const failure = await failing((model) => model.fail(status, { 'retry-after': '3' }, body));
    expect(failure).toMatchObject({ type: 'Overloaded', nonRetryable: false, delayMs: 3000 });
  });

  test('an account without credit is AgentRefused', async () => {
    const failure = await failing((model) => model.fail(429, {}, OPENAI_ERROR('Pay first', 'insufficient_quota')));
    expect(failure).toMatchObject({ type: 'AgentRefused', nonRetryable: true });
  });
});

describe('llmAgent: failures of the model', () => {
  test.each([408, 500])('model status %i is AgentFailed, retryable', async (status) => {
    const failure = await failing((model) => model.fail(status));
    expect(failure).toMatchObject({ type: 'AgentFailed', nonRetryable: false, asked: 1 });
  });

  test.each([502, 504])('model status %i is NoAnswer, retryable', async (status) => {
    const failure = await failing((model) => model.fail(status));
    expect(failure).toMatchObject({ type: 'NoAnswer', nonRetryable: false, asked: 1 });
  });

  test.each(['before', 'midway'] as const)('a model connection that is cut %s the reply is NoAnswer', async (when) => {
    const failure = await failing((model) => model.cut(when));
    expect(failure).toMatchObject({ type: 'NoAnswer', nonRetryable: false });
    expect(failure.message).toMatch(/^openai-compatible model "small-1" at .* gave no answer: /);
  });

  test('a model whose server is not there is Unreachable, and the message says what to do', async () => {
    const failure = await failing((model) => model.close());
    expect(failure).toMatchObject({ type: 'Unreachable', nonRetryable: false });
    expect(failure.message).toMatch(
      /^openai-compatible model "small-1" at .* could not be reached: connect ECONNREFUSED [\d.:]+; start its server, or check baseURL of the agent$/,
    );
  });

  test.each([
    ['not JSON', '<html>welcome</html>', '"<html>welcome</html>"'],
    ['other JSON', { hello: 1 }, '"{\\"hello\\":1}"'],
    ['no choices', { choices: [] }, '"{\\"choices\\":[]}"'],
  ])('a reply that is not of a model (%s) is InvalidOutput', async (_, body, shown) => {
    const failure = await failing((model) => model.fail(200, {}, body));
    expect(failure).toMatchObject({ type: 'InvalidOutput', nonRetryable: true });
    expect(failure.message).toContain(`expected a reply of a model, got ${shown}; check baseURL`);
  });

  test('the usage in an error reply is counted', async () => {
    const usage = { prompt_tokens: 100, completion_tokens: 20 };
    const failure = await failing((model) => model.fail(500, {}, { error: { message: 'late' }, usage }), {
      prices: PRICES,
    });
    expect(failure.detail.usage).toEqual({ calls: 1, tokens: 120, usd: 0.003 });
  });

  test('a model reply of 20 MB is OutputTooLarge', async () => {
    const failure = await failing((model) => model.answer('x'.repeat(20_000_000)));
    expect(failure).toMatchObject({ type: 'OutputTooLarge', nonRetryable: true });
  });

  test('a model answer of 3 MB is OutputTooLarge, and its tokens are counted', async () => {
    const failure = await failing((model) => model.answer('x'.repeat(3_000_000), { usage: USAGE }));
    expect(failure).toMatchObject({ type: 'OutputTooLarge', detail: { usage: { tokens: 120 } } });
  });

  test('a redirect of a model server is not followed', async () => {
    const failure = await failing((model) => model.fail(307, { location: 'http://127.0.0.1:1/elsewhere' }));
    expect(failure).toMatchObject({ type: 'AgentRefused', nonRetryable: true });
    expect(failure.message).toMatch(/redirected to "http:\/\/127.0.0.1:1\/elsewhere" \(307\)/);
  });

  test('an unknown model is named in the failure', async () => {
    const body = OPENAI_ERROR('The model `small-1` does not exist', 'model_not_found');
    const failure = await failing((model) => model.fail(404, {}, body));
    expect(failure).toMatchObject({ type: 'AgentRefused', nonRetryable: true });
    expect(failure.message).toMatch(
      /^openai-compatible model "small-1" at .* answered 404: The model `small-1` does not exist; check the model and baseURL$/,
    );
  });
});

describe('llmAgent: refusals', () => {
  test('a refusal of the model is ModelRefused with its text, and its tokens are counted', async () => {
    const failure = await failing((model) => model.refuse('I cannot help with that.'), { output: { type: 'object' } });
    expect(failure).toMatchObject({ type: 'ModelRefused', nonRetryable: true, detail: { usage: { tokens: 15 } } });
    expect(failure.message).toMatch(/refused to answer: "I cannot help with that\."$/);
    expect(failure.asked).toBe(1);
  });

  test.each(['openai', 'anthropic'] as const)('a refusal of the model of %s is ModelRefused', async (provider) => {
    const failure = await failing((model) => model.refuse('No.'), { provider, apiKey: 'k3y' });
    expect(failure).toMatchObject({ type: 'ModelRefused', nonRetryable: true });
  });

  test.each(['openai-compatible', 'openai'] as const)(
    'an answer that a filter of %s stopped is ContentFiltered',
    async (provider) => {
      const script = (model: OpenAiServer) => model.answer('half a', { finish: 'content_filter' });
      expect(await failing(script, { provider, apiKey: 'k3y' })).toMatchObject({
        type: 'ContentFiltered',
        nonRetryable: true,
        detail: { usage: { tokens: 15 } },
      });
    },
  );

  test('a prompt that a filter stopped is ContentFiltered', async () => {
    const body = OPENAI_ERROR('The prompt triggered a policy', 'content_filter');
    expect(await failing((model) => model.fail(400, {}, body))).toMatchObject({ type: 'ContentFiltered' });
  });
});

describe('llmAgent: long prompts', () => {
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
  ] as const)(
    'a prompt that is too long for the model of %s is ContextTooLong (%i)',
    async (provider, status, body) => {
      const failure = await failing((model) => model.fail(status, {}, body), { provider, apiKey: 'k3y' });
      expect(failure).toMatchObject({ type: 'ContextTooLong', nonRetryable: true });
      expect(failure.message).toMatch(/^[^\n]*; shorten the prompt, or use a model with a larger context$/);
    },
  );

  test('a prompt beyond the limit of an input is one clear line, and is not sent', async () => {
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

describe('llmAgent: an answer that never ends', () => {
  test('a model that does not answer in time is a Timeout, and the connection is closed', async () => {
    const { agents, server } = await scripted((model) => model.hang());
    // The first call also loads the SDK and the HTTP client.
    expect(await failureOf(call({ agents, request: { timeoutMs: 3_000 } }))).toMatchObject({ type: 'Timeout' });
    await server.hungUp;
  });

  test('a request to a model is aborted when the call is cancelled', async () => {
    const env = environment();
    const { agents, server } = await scripted((model) => model.hang(() => env.cancel()));
    expect(await failureOf(call({ agents }, env))).toMatchObject({ type: 'Cancelled', detail: { began: true } });
    await server.hungUp;
  });
});
