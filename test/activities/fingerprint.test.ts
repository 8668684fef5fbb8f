import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { commandAgent } from '../../src/activities/agents/command.js';
import { functionAgent } from '../../src/activities/agents/function.js';
import { httpAgent } from '../../src/activities/agents/http.js';
import { agentFromData } from '../../src/activities/agents/index.js';
import { llmAgent } from '../../src/activities/agents/llm.js';
import { rulePlanner } from '../../src/activities/agents/rules.js';
import { cacheKey, fingerprint } from '../../src/activities/fingerprint.js';

describe('the fingerprint of a call', () => {
  const asked = { task: 'a', suffix: '', agent: 'x', input: { n: 1, m: 2 } };
  test('does not change with the order of keys', () => {
    expect(fingerprint({ ...asked, input: { m: 2, n: 1 } })).toBe(fingerprint(asked));
  });
  test.each([
    ['task', { task: 'b' }],
    ['suffix', { suffix: 'fallback' }],
    ['agent', { agent: 'y' }],
    ['version', { version: '1' }],
    ['input', { input: { n: 1 } }],
  ])('changes with its %s', (_, change) => {
    expect(fingerprint({ ...asked, ...change })).not.toBe(fingerprint(asked));
  });
  test('keeps apart what only looks the same when written one after the other', () => {
    expect(fingerprint({ ...asked, task: 'a,b', suffix: '' })).not.toBe(
      fingerprint({ ...asked, task: 'a', suffix: 'b,' }),
    );
  });
  test('of the cache belongs to a Task Queue', () => {
    expect(cacheKey({ ...asked, taskQueue: 'one' })).not.toBe(cacheKey({ ...asked, taskQueue: 'other' }));
  });
});

describe('the version of an agent', () => {
  const command = (more: object = {}) => commandAgent({ type: 'c', command: ['node', 'c.js'], ...more }).version;
  const http = (more: object = {}) => httpAgent({ type: 'h', url: 'http://localhost/h', ...more }).version;
  const llm = (more: object = {}) =>
    llmAgent({ type: 'l', baseURL: 'http://localhost/v1', model: 'm', prompt: 'p', ...more }).version;
  const rules = (goal: string) => rulePlanner({ type: 'r', rules: [{ goal, plan: {} }] }).version;

  test.each([
    ['a command', command(), command({ command: ['node', 'd.js'] })],
    ['its environment', command({ env: { A: '1' } }), command({ env: { A: '2' } })],
    ['an address', http(), http({ url: 'http://localhost/i' })],
    ['a prompt', llm(), llm({ prompt: 'q' })],
    ['a model', llm(), llm({ model: 'n' })],
    ['a schema in code', llm({ output: z.object({ a: z.string() }) }), llm({ output: z.object({ b: z.string() }) })],
    ['a rule', rules('a'), rules('b')],
  ])('changes with %s', (_, one, other) => {
    expect(one).toMatch(/^[0-9a-f]{12}$/);
    expect(other).not.toBe(one);
  });

  test('does not change with what holds for any agent, nor with a key', () => {
    expect(command({ timeout: '1s', retry: { attempts: 1 }, description: 'other', taskQueue: 'q' })).toBe(command());
    expect(llm({ apiKey: { env: 'A' } })).toBe(llm({ apiKey: { env: 'B' } }));
  });

  test('is the same from data and from code', () => {
    expect(agentFromData({ type: 'c', kind: 'command', command: ['node', 'c.js'] }).version).toBe(command());
  });

  test('is what it declares, and of a function nothing else', () => {
    expect(command({ version: '7' })).toBe('7');
    expect(functionAgent({ type: 'f', version: '7', run: () => 1 }).version).toBe('7');
    expect(functionAgent({ type: 'f', run: () => 1 })).not.toHaveProperty('version');
  });
});
