import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Plan } from '../../src/domain/plan/plan.js';
import { openaiServer, type OpenAiServer } from '../fixtures/openai-server.js';
import { EXAMPLES, useExamplePlace, type ExampleEnd } from './example-place.js';

const { at, write, read, node } = useExamplePlace();
const demo = (...args: string[]) => node(join(EXAMPLES, 'goal/demo.mjs'), ...args);

const GOAL = 'compare the npm packages small, typed and hungry, and recommend one';
const each = { items: '{% $tasks.found.output.packages %}' };

const planned: Plan = {
  name: 'weigh',
  tasks: {
    found: { agent: 'find-packages', input: { names: 'small, typed, hungry' } },
    weights: { agent: 'measure-size', forEach: each, input: '{% $item %}' },
    needs: { agent: 'list-dependencies', forEach: each, input: '{% $item %}' },
    answer: {
      agent: 'advise',
      input: {
        question: 'Which is the lightest?',
        facts: { weights: '{% $tasks.weights.output %}', needs: '{% $tasks.needs.output %}' },
      },
    },
  },
  output: '{% $tasks.answer.output %}',
};

async function install(name: string, more: object = {}): Promise<void> {
  await write(`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.2.3', license: 'MIT', ...more }));
  await write(`node_modules/${name}/index.js`, 'export {};\n');
}

beforeAll(async () => {
  await install('small');
  await install('typed', { types: './index.d.ts' });
  await install('hungry', { dependencies: { small: '1', typed: '1', absent: '1' } });
});

test('without a model, rules plan what agents find out of installed packages', async () => {
  const { exitCode, stdout, stderr } = await demo(GOAL);
  expect(exitCode, stderr).toBe(0);
  expect(stdout).toMatch(/\| hungry \| 1\.2\.3 \| MIT \| 1 KiB \| 2 \| no \|/);
  expect(stdout).toContain('Take **typed**: it needs nothing else');
  expect(await read('solved/rules/run.txt')).toMatch(/✓.*sizes .* 3 of 3 items/);
  expect(await read('solved/rules/run.svg')).toContain('compare-packages');
  expect(existsSync(at('solved/model'))).toBe(false);
});

describe('with a model', () => {
  let server: OpenAiServer;
  let end: ExampleEnd;

  beforeAll(async () => {
    server = await openaiServer();
    server.answer(({ text }) => (text.includes('You turn a goal into a plan') ? planned : 'Take **small**.'));
    vi.stubEnv('BATON_LLM_BASE_URL', server.baseURL);
    vi.stubEnv('BATON_LLM_MODEL', 'scripted');
    vi.stubEnv('BATON_LLM_API_KEY', 'sk-of-the-example');
    end = await demo(GOAL, '--out', 'both');
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await server.close();
  });

  test('both plan, and each answers', () => {
    expect(end.exitCode, end.stderr).toBe(0);
    expect(end.stdout).toMatch(/Take \*\*typed\*\*[^]*Take \*\*small\*\*\./);
  });

  test('the model is told the goal and the agents, and then what they found', () => {
    const [plan, advice, ...more] = server.requests;
    expect(more).toEqual([]);
    for (const part of [GOAL, 'list-dependencies', 'advise']) expect(plan!.text).toContain(part);
    expect(plan!.headers['authorization']).toBe('Bearer sk-of-the-example');
    expect(advice!.text).toContain('Which is the lightest?');
    expect(advice!.messages.map(({ content }) => String(content)).join()).toContain('"needs":["small","typed"]');
  });

  test('both plans are drawn as they ran', async () => {
    expect(await read('both/rules/run.txt')).toMatch(/^compare-packages · completed · ✓ 5 succeeded/);
    expect(await read('both/model/run.txt')).toMatch(/^weigh · completed · ✓ 4 succeeded/);
    expect(await read('both/model/run.html')).toContain('measure-size');
  });
});

test('a package that is not installed ends the run in one line', async () => {
  const { exitCode, stderr } = await demo('compare the npm packages small and nowhere and recommend one');
  expect(exitCode).toBe(1);
  expect(stderr).toContain('expected the name of a package that is installed here, got "nowhere"');
  expect(stderr).not.toMatch(/^\s+at /m);
});
