// A planner that is a model: an llm agent that is told the plan language, and what was wrong with its last plan.
import type { Agent } from '../../domain/agent.js';
import type { PlannerRequest } from '../../domain/planner.js';
import { llmAgent } from './llm.js';
import { LlmCodeSettings, LlmSettings } from './llm-settings.js';
import { plannerPrompt } from './planner-guide.js';

const OWN = { prompt: true, structured: true } as const;

/** What a data file may say of it; `system` is said beside what every planner is told. */
export const LlmPlannerSettings = LlmSettings.omit(OWN);
export type LlmPlannerOptions = Omit<LlmCodeSettings, keyof typeof OWN>;

/** Throws an `AgentDefinitionError` if its settings are wrong. */
export function llmPlanner(options: LlmPlannerOptions): Agent<PlannerRequest, string> {
  const model = llmAgent<{ prompt: string }, string>(options);
  return {
    ...model,
    kind: 'llm-planner',
    run: (request, context) => model.run({ prompt: plannerPrompt(request) }, context),
  } as Agent<PlannerRequest, string>;
}
