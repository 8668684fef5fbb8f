// The packages of the AI SDK are optional: the failure of an agent whose package is not installed.
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { beforeAll, expect, test } from 'vitest';
import { buildCli } from '../../../support/built-cli.js';

beforeAll(buildCli, 240_000);

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));
const HOOK = new URL('../../../fixtures/without-package.mjs', import.meta.url).href;

/** Calls an agent with the least context that it needs to load its packages. */
const program = (provider: string) => `
  const { llmAgent } = await import('./dist/index.js');
  const agent = llmAgent({ type: 'x', provider: '${provider}', model: 'm', baseURL: 'http://127.0.0.1:1', apiKey: 'k' });
  const context = {
    signal: new AbortController().signal, idempotencyKey: 'k', attempt: 1, maxOutputBytes: 1000, usage() {},
    secret: async () => 'k',
    redactor: { add() {}, redact: (t) => t, redactCut: (t) => t, redactStream: (push) => ({ push, end() {} }) },
    correlation: { run: 'r', task: 't' },
  };
  const { type, message } = await agent.run('hi', context).catch((error) => error);
  console.log(JSON.stringify({ type, message }));`;

test.each([
  ['openai', 'ai', 'ai@6'],
  ['openai-compatible', '@ai-sdk/openai-compatible', '@ai-sdk/openai-compatible@2'],
  ['openai', '@ai-sdk/openai', '@ai-sdk/openai@3'],
  ['anthropic', '@ai-sdk/anthropic', '@ai-sdk/anthropic@3'],
])(
  'an LLM agent of provider %s without the package %s fails with the command to install it',
  async (provider, name, install) => {
    const options = { cwd: ROOT, env: { WITHOUT_PACKAGE: name } };
    const { stdout } = await execa(
      process.execPath,
      ['--import', HOOK, '--input-type=module', '-e', program(provider)],
      options,
    );
    expect(JSON.parse(stdout)).toEqual({
      type: 'AgentRefused',
      message: `agents of kind llm need the package "${name}", which is not installed: npm install ${install}`,
    });
  },
);
