// A planner that is a model, and an agent that is one, where the environment says which: any OpenAI-compatible server.
import { llmAgent, llmPlanner, type Agent } from 'baton-orchestrator';

const { BATON_LLM_BASE_URL: baseURL, BATON_LLM_MODEL: model, BATON_LLM_API_KEY: key } = process.env;

const of = (url: string, name: string) => ({
  baseURL: url,
  model: name,
  ...(key === undefined || key === '' ? {} : { apiKey: { env: 'BATON_LLM_API_KEY' } }),
  retry: { attempts: 3 },
});

/** None where no model is configured. */
export function models(): Agent[] {
  if (!baseURL || !model) return [];
  const planner = llmPlanner({
    ...of(baseURL, model),
    type: 'model',
    description: 'Plans with a language model',
    system: 'Look at all packages side by side, and leave the recommendation to one agent at the end.',
  });
  const adviser = llmAgent({
    ...of(baseURL, model),
    type: 'advise',
    description: 'Writes a recommendation in plain words; its input is { question, facts }, the facts any JSON',
    input: { type: 'object', required: ['question', 'facts'] },
    prompt:
      'Answer in Markdown, in at most 100 words, from these facts alone.\n\n{% $input.question %}\n\n{% $input.facts %}',
  });
  return [planner, adviser];
}
