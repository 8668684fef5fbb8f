// An LLM agent whose model plays a script, on a server that lives as long as the test.
import { onTestFinished } from 'vitest';
import { llmAgent, type LlmAgentOptions } from '../../../../src/activities/agents/llm/llm-agent.js';
import type { Agent } from '../../../../src/domain/agent/agent.js';
import { openaiServer, type ModelRequest, type OpenAiServer } from '../../../fixtures/openai-server.js';

export interface Scripted {
  readonly agents: readonly Agent[];
  readonly requests: readonly ModelRequest[];
  readonly server: OpenAiServer;
}

export async function scripted(
  script: (server: OpenAiServer) => unknown,
  more: Partial<LlmAgentOptions<unknown, unknown>> = {},
): Promise<Scripted> {
  const server = await openaiServer();
  onTestFinished(() => server.close());
  script(server);
  const agent = llmAgent({ type: 'x', model: 'small-1', baseURL: server.baseURL, ...more });
  return { agents: [agent], requests: server.requests, server };
}

/** The tokens that a reply reports, and the prices by which they cost 0.003 USD. */
export const USAGE = { input: 100, output: 20 };
export const PRICES = { inputPerMillion: 10, outputPerMillion: 100 };
