import { describe, expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { commandAgent } from '../../../src/activities/agents/command/command-agent.js';
import { functionAgent } from '../../../src/activities/agents/function-agent.js';
import { agentFromData } from '../../../src/activities/agents/index.js';
import type { Agent } from '../../../src/domain/agent/agent.js';
import { call } from '../call.js';

describe('agentFromData', () => {
  test('an agent of kind command in a data file runs', async () => {
    const agent = agentFromData({
      type: 'echo',
      kind: 'command',
      description: 'says hello',
      timeout: '5s',
      retry: { attempts: 2 },
      command: [process.execPath, '-e', 'console.log(\'"hello"\')'],
      output: { type: 'string' },
    });
    expect(agent).toMatchObject({ type: 'echo', kind: 'command', timeout: '5s', retry: { attempts: 2 } });
    expect((await call({ agents: [agent] })).output).toBe('hello');
  });

  test('an agent of kind http in a data file is an agent', () => {
    const headers = { authorization: { env: 'TOKEN' } };
    expect(agentFromData({ type: 'scan', kind: 'http', url: 'http://127.0.0.1/x', headers })).toMatchObject({
      kind: 'http',
    });
  });

  test('an agent with mistakes is rejected with all of them, one line for each', () => {
    const data = {
      type: 'echo',
      kind: 'command',
      comand: ['node'],
      timeout: 'soon',
      retry: { attempts: 0, often: 1 },
      env: { A: 1 },
      output: { type: 'strng' },
    };
    expect(problemsOf(data)).toEqual([
      'agent "echo": timeout: expected a duration longer than zero and of at most ten years, such as "250ms", "30s", "5m", "1h30m" or "3d", got "soon"',
      'agent "echo": retry.attempts: expected number to be >=1, got 0',
      'agent "echo": retry: unknown key "often"; known here: attempts, initial, factor, max',
      'agent "echo": command: expected a list: the program, then its arguments, got nothing',
      'agent "echo": env: expected a list of names to pass on, or an object of values; of "A" expected text, { env: NAME } or { $secret: NAME }, got a value that is not shown',
      expect.stringMatching(/^agent "echo": output: not a usable JSON Schema: .*, got \{"type":"strng"\}$/),
      'agent "echo": unknown key "comand"; did you mean "command"?',
    ]);
  });

  test('an unknown kind is rejected with the list of kinds', () => {
    expect(problemsOf({ type: 'a', kind: 'comand' })).toEqual([
      'agent "a": kind: expected "command", "http", "llm", "llm-planner", "queue", "remote" or "rules", got "comand"; did you mean "command"?',
    ]);
    expect(problemsOf({ type: 'a', kind: '__proto__' })).toHaveLength(1);
    expect(problemsOf({ type: 'a', kind: 'function' })).toEqual([
      expect.stringMatching(/got "function"; agents that are functions are declared in a baton\.config\.ts or \.js/),
    ]);
    expect(problemsOf('echo')).toEqual([
      'an agent without a type: kind: expected "command", "http", "llm", "llm-planner", "queue", "remote" or "rules", got nothing',
    ]);
  });

  test('an agent of kind http with a wrong URL or header is rejected', () => {
    expect(problemsOf({ type: 'a', kind: 'http', url: 'ftp://x', headers: { 'a b': 'x', c: { var: 'D' } } })).toEqual([
      'agent "a": url: expected a URL that begins with http:// or https://, got "ftp://x"',
      expect.stringContaining('headers["a b"]: '),
      expect.stringContaining('headers.c'),
    ]);
  });
});

describe('agentFromData: llm', () => {
  const data = { type: 'a', kind: 'llm', baseURL: 'http://127.0.0.1:1/v1', model: 'm' };

  test('an LLM agent without an output schema answers text', () => {
    const agent = agentFromData({ ...data, apiKey: { env: 'KEY' }, prompt: 'Sum up {% $input.text %}' });
    expect(agent).toMatchObject({ type: 'a', kind: 'llm', output: { type: 'string' } });
    expect(agent).not.toHaveProperty('apiKey');
    expect(agent.secrets).toEqual([{ what: 'apiKey', source: { env: 'KEY' } }]);
  });

  test('an LLM agent with mistakes is rejected with all of them', () => {
    const { model: _, ...rest } = data;
    const bad = {
      provider: 'opnai',
      structured: 'yes',
      temperature: 3,
      maxOutputTokens: 0,
      prices: { input: 1 },
      instruments: [],
    };
    expect(problemsOf({ ...rest, ...bad, baseURL: 'localhost' })).toEqual([
      'agent "a": provider: expected one of "openai-compatible"|"openai"|"anthropic", got "opnai"',
      'agent "a": baseURL: expected a URL that begins with http:// or https://, got a value that is not shown',
      'agent "a": model: expected string, got nothing',
      'agent "a": temperature: expected number to be <=2, got 3',
      'agent "a": maxOutputTokens: expected number to be >=1, got 0',
      'agent "a": structured: expected one of "schema"|"json"|"prompt", got "yes"',
      'agent "a": prices.inputPerMillion: expected number, got nothing',
      'agent "a": prices.outputPerMillion: expected number, got nothing',
      'agent "a": prices: unknown key "input"; known here: inputPerMillion, outputPerMillion',
      expect.stringMatching(/^agent "a": unknown key "instruments"; known here: type, .*, model, /),
    ]);
  });

  test('an LLM agent without a server is rejected', () => {
    const { baseURL: _, ...rest } = data;
    expect(problemsOf(rest)).toEqual([
      'agent "a": baseURL: expected the URL of an OpenAI-compatible server, such as "http://localhost:11434/v1", got nothing',
    ]);
  });

  test.each([
    ['Of {% $input. %}', /^agent "a": prompt: expected a JSONata expression, got an error: /],
    ['Of {% $tasks.a.output %}', /^agent "a": prompt: expected expressions over \$input, got "\$tasks"$/],
    ['Of {% $run.id %}', /^agent "a": prompt: expected expressions over \$input, got "\$run"$/],
    ['Of {% text %}', /^agent "a": prompt: expected expressions over \$input, got "text"$/],
    ['Of {% $random() %}', /^agent "a": prompt: expected expressions over \$input, got "\$random"$/],
  ])('an LLM agent with the prompt %s is rejected', (prompt, problem) => {
    expect(problemsOf({ ...data, prompt })).toEqual([expect.stringMatching(problem)]);
  });

  test('the prompt of an LLM agent may have text that only looks like an expression', () => {
    expect(problemsOf({ ...data, prompt: 'Write {% and 100%}.. {' })).toHaveLength(1);
    expect(problemsOf({ ...data, prompt: 'Write {% alone' })).toEqual([]);
  });
});

test('an agent in code is checked like one in a data file', () => {
  expect(() => commandAgent({ type: '1x', command: ['node'] })).toThrow(
    /^agent "1x": type: expected a letter.*got "1x"$/,
  );
  expect(() => functionAgent({ type: 'a', timeout: 'soon', run: () => 1 })).toThrow(/^agent "a": timeout: /);
  const wrong: unknown = { type: 'a', run: 5 };
  expect(() => functionAgent(wrong as never)).toThrow(/^agent "a": run: expected a function, got 5$/);
  const typo: unknown = { type: 'a', rnu: () => 1 };
  expect(() => functionAgent(typo as never)).toThrow(/^agent "a": run: expected a function, got nothing$/);
});

test("the types of a function agent are those of its schemas, and a wrong body fails the compiler's check", () => {
  const scan = functionAgent({
    type: 'scan',
    input: z.object({ path: z.string() }),
    output: z.object({ found: z.number() }),
    run: ({ path }) => ({ found: path.length }),
  });
  expectTypeOf(scan).toEqualTypeOf<Agent<{ path: string }, { found: number }>>();
  functionAgent({
    type: 'scan',
    output: z.object({ found: z.number() }),
    // @ts-expect-error The output says number.
    run: () => ({ found: 'many' }),
  });
  const list: readonly Agent[] = [scan];
  expect(list).toHaveLength(1);
});

function problemsOf(data: unknown): readonly string[] {
  try {
    agentFromData(data);
  } catch (error) {
    return error instanceof Error ? error.message.split('\n') : [];
  }
  return [];
}
