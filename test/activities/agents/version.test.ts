import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { commandAgent } from '../../../src/activities/agents/command/command-agent.js';
import { functionAgent } from '../../../src/activities/agents/function-agent.js';
import { httpAgent } from '../../../src/activities/agents/http/http-agent.js';
import { agentFromData } from '../../../src/activities/agents/index.js';
import { llmAgent } from '../../../src/activities/agents/llm/llm-agent.js';
import { rulePlanner } from '../../../src/activities/agents/planner/rule-planner.js';

describe('agentVersion', () => {
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
  ])('the version of an agent changes with %s', (_, one, other) => {
    expect(one).toMatch(/^[0-9a-f]{12}$/);
    expect(other).not.toBe(one);
  });

  test('the version of an agent does not change with the settings of every agent, nor with an API key', () => {
    expect(command({ timeout: '1s', retry: { attempts: 1 }, description: 'other', taskQueue: 'q' })).toBe(command());
    expect(llm({ apiKey: { env: 'A' } })).toBe(llm({ apiKey: { env: 'B' } }));
  });

  test('the version of an agent is the same from a data file and from code', () => {
    expect(agentFromData({ type: 'c', kind: 'command', command: ['node', 'c.js'] }).version).toBe(command());
  });

  test('an agent may declare its version; a function has no other', () => {
    expect(command({ version: '7' })).toBe('7');
    expect(functionAgent({ type: 'f', version: '7', run: () => 1 }).version).toBe('7');
    expect(functionAgent({ type: 'f', run: () => 1 })).not.toHaveProperty('version');
  });
});
