// An answer without text is not an answer, however the provider reports it.
import { describe, expect, test, vi } from 'vitest';
import type { Answer } from '../../../fixtures/model-replies.js';
import { call, failureOf } from '../../call.js';
import { scripted, PRICES, USAGE } from './scripted-model.js';

type Empty = Omit<Partial<Answer>, 'content'> & { readonly content?: string };

const CASES: [string, Empty, string][] = [
  ['empty', {}, 'nothing'],
  ['blank', { content: ' \n\t ' }, 'nothing'],
  ['reasoning', { reasoning: 'I think, therefore' }, 'only reasoning'],
  ['a call of a tool', { tool: 'search' }, 'only a call of the tool "search", and it has no tools'],
];

describe.each(['openai-compatible', 'openai', 'anthropic'] as const)('llmAgent, %s', (provider) => {
  test.each(CASES)('an answer that is %s is not accepted', async (_, { content = '', ...more }, came) => {
    const { agents, requests } = await scripted((model) => model.answer(content, { ...more, usage: USAGE }), {
      provider,
      apiKey: 'k3y',
      prices: PRICES,
    });
    const failure = await failureOf(call({ agents }));
    expect(failure).toMatchObject({ type: 'InvalidOutput', nonRetryable: true });
    expect(failure.message).toMatch(
      new RegExp(`and neither does the corrected one: output: expected text, got ${came}$`),
    );
    expect(failure.detail.usage).toEqual({ calls: 1, tokens: 240, usd: 0.006 });
    expect(requests).toHaveLength(2);
    expect(requests[1]?.headers).toMatchObject({ 'idempotency-key': 'run-1/a:repair' });
  });

  test('a model that answers when it is asked again succeeds', async () => {
    const { agents, requests } = await scripted((model) => model.answer('').answer('hello'), {
      provider,
      apiKey: 'k3y',
    });
    expect((await call({ agents, request: { input: 'hi' } })).output).toBe('hello');
    expect(requests[1]?.text).toContain('output: expected text, got nothing');
    expect(requests[1]?.text).toContain('Answer again, with text.');
  });
});

test('text together with reasoning or a call of a tool is an answer', async () => {
  const { agents, requests } = await scripted((model) => model.answer('hello', { reasoning: 'hm' }));
  expect((await call({ agents })).output).toBe('hello');
  expect(requests).toHaveLength(1);
});

test.each(CASES)(
  'a JSON answer that is %s is asked for again, with what came',
  async (_, { content = '', ...more }, came) => {
    const warn = vi.fn();
    const { agents, requests } = await scripted((model) => model.answer(content, more).answer('{"a": 1}'), {
      output: { type: 'object' },
    });
    const log = { debug() {}, info() {}, warn, error() {} };
    expect((await call({ agents, deps: { log } })).output).toEqual({ a: 1 });
    expect(requests).toHaveLength(2);
    const shown = came === 'nothing' ? JSON.stringify(content) : came;
    expect(requests[1]?.messages.at(-1)?.content).toContain(`output: expected JSON, got ${shown}`);
  },
);

describe('numbers in the JSON answer of a model', () => {
  const output = { type: 'object', properties: { id: { type: ['integer', 'string'] } } } as const;
  const text = 'Sure: {"id": 9223372036854775807}';

  test('a number that JavaScript cannot hold is sent back', async () => {
    const { agents, requests } = await scripted((model) => model.answer(text).answer('{"id": "9223372036854775807"}'), {
      output,
    });
    expect((await call({ agents })).output).toEqual({ id: '9223372036854775807' });
    expect(requests[1]?.messages.at(-1)?.content).toContain('got 9223372036854775807; send it as text, in quotes');
  });

  test('with bigNumbers: text it becomes text', async () => {
    const { agents, requests } = await scripted((model) => model.answer(text), { output, bigNumbers: 'text' });
    expect((await call({ agents })).output).toEqual({ id: '9223372036854775807' });
    expect(requests).toHaveLength(1);
  });
});
