// A planner that is a language model: an LLM agent whose prompt explains the plan language, and the problems of its last plan.
import type { Agent } from '../../../domain/agent/agent.js';
import type { PlannerRequest } from '../../../domain/planning/request.js';
import { AgentError } from '../../errors/agent-error.js';
import { llmAgent } from '../llm/llm-agent.js';
import { LlmCodeSettings, LlmSettings } from '../llm/settings.js';
import { plannerPrompt } from './prompt.js';

/** Settings that a planner decides itself. */
const OWN = { prompt: true, structured: true, bigNumbers: true } as const;

/** The settings in a data file. A `system` prompt is sent in addition to the prompt of every planner. */
export const LlmPlannerSettings = LlmSettings.omit(OWN);

export type LlmPlannerOptions = Omit<LlmCodeSettings, keyof typeof OWN>;

/** Makes a planner of a language model. Throws an `AgentDefinitionError` if the settings are wrong. */
export function llmPlanner(options: LlmPlannerOptions): Agent<PlannerRequest, string> {
  const model = llmAgent<{ prompt: string }, string>(options);
  return {
    ...model,
    kind: 'llm-planner',
    run: async (request, context) => withoutReferences(await model.run({ prompt: plannerPrompt(request) }, context)),
  } as Agent<PlannerRequest, string>;
}

/** A model may have been told by its input to name a secret: only plans that people write may do that. */
function withoutReferences(answer: string): string {
  const plain = answer.replaceAll(/\\u([\da-f]{4})/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
  if (!plain.includes('"$secret"')) return answer;
  throw new AgentError('the plan that the model made refers to a secret; only plans that people write may do that', {
    type: 'InvalidOutput',
  });
}
