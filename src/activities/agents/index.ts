// The kinds that a data file can name. A new kind is one file and one line here.
import type { Agent } from '../../domain/agent.js';
import { didYouMean, got } from '../../domain/problem.js';
import { commandAgent, CommandSettings } from './command.js';
import { AgentData, AgentDefinitionError, nameOf, parseSettings } from './definition.js';
import { httpAgent, HttpSettings } from './http.js';
import { llmPlanner, LlmPlannerSettings } from './llm-planner.js';
import { rulePlanner, RulesSettings } from './rules.js';
import { llmAgent } from './llm.js';
import { LlmSettings } from './llm-settings.js';

type FromData = (data: unknown) => Agent;

const KINDS: ReadonlyMap<string, FromData> = new Map<string, FromData>([
  ['command', (data) => commandAgent(withoutKind(parseSettings(CommandSettings.extend(AgentData.shape), data)))],
  ['http', (data) => httpAgent(withoutKind(parseSettings(HttpSettings.extend(AgentData.shape), data)))],
  ['llm', (data) => llmAgent(withoutKind(parseSettings(LlmSettings.extend(AgentData.shape), data)))],
  [
    'llm-planner',
    (data) =>
      llmPlanner(
        withoutKind(
          parseSettings(LlmPlannerSettings.extend(AgentData.shape).omit({ input: true, output: true }), data),
        ),
      ),
  ],
  ['rules', (data) => rulePlanner(withoutKind(parseSettings(RulesSettings.extend(AgentData.shape), data)))],
]);

/** Makes an agent of an entry of a data file. Throws an `AgentDefinitionError` with all its problems, one line each. */
export function agentFromData(data: unknown): Agent {
  const kind = typeof data === 'object' && data !== null && 'kind' in data ? data.kind : undefined;
  const make = typeof kind === 'string' ? KINDS.get(kind) : undefined;
  if (make !== undefined) return make(data);
  const known = [...KINDS.keys()];
  const hint = typeof kind === 'string' ? didYouMean(kind, known) : undefined;
  const kinds = oneOf(known.map((name) => JSON.stringify(name)));
  throw new AgentDefinitionError([
    `${nameOf(data)}: kind: expected ${kinds}, got ${got(kind)}${hint === undefined ? '' : `; ${hint}`}`,
  ]);
}

/** `a`, `a or b`, `a, b or c` */
const oneOf = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;

function withoutKind<T extends { kind: string }>({ kind: _, ...settings }: T): Omit<T, 'kind'> {
  return settings;
}
