// The kinds of agents, and how an entry of a data file becomes an agent.
//
// To add a kind:
// 1. Write `NAME/NAME-agent.ts` (one file is enough for a small kind, such as `function-agent.ts`). It exports two things:
//    `NameSettings`, which is `AgentSettings.extend({…})`: all that a data file may set;
//    `nameAgent(options)`, which checks its options by `parseSettings`, and returns an `Agent`: its settings, `kind`, `version` (by
//    `agentVersion`), `input`, `output`, and `run(input, context)`.
// 2. `run` resolves with the answer, or rejects with an `AgentError` whose type is in the failure table (`domain/failure.ts`). It
//    stops when `context.signal` aborts. It reads secrets by `context.secret`, when it is called, lists them in `secrets`, and passes
//    text through `context.redactor` before it cuts it. All else (timeout, heartbeat, retries, circuit breaker, pool, cache, checks of
//    input and output, redaction of what the call reports) is done for every kind by `callAgent`.
// A job of another system is a bridge instead: `bridge/NAME.ts` describes the system (`bridge/job-system.ts`), and the driver does the rest.
// 3. Add a line to `AGENT_SCHEMAS` and to `KINDS` below, an export to `src/index.ts`, and a test to `test/activities/agents`.
import { z } from 'zod';
import type { Agent } from '../../domain/agent/agent.js';
import { isRecord } from '../../domain/json/own-property.js';
import { didYouMean, shown, withHint } from '../../domain/problem.js';
import { airflowAgent, AirflowSettings } from './bridge/airflow/airflow.js';
import { celeryAgent, CelerySettings } from './bridge/celery/celery.js';
import { prefectAgent } from './bridge/prefect/prefect.js';
import { PrefectSettings } from './bridge/prefect/settings.js';
import { stepFunctionsAgent, StepFunctionsSettings } from './bridge/step-functions.js';
import { temporalAgent } from './bridge/temporal.js';
import { TemporalAgentSettings } from './bridge/temporal-settings.js';
import { commandAgent, CommandSettings } from './command/command-agent.js';
import { AgentData, AgentDefinitionError, agentName, parseSettings, PlannerData } from './definition.js';
import { httpAgent, HttpSettings } from './http/http-agent.js';
import { llmPlanner, LlmPlannerSettings } from './planner/llm-planner.js';
import { rulePlanner, RulesSettings } from './planner/rule-planner.js';
import { queueAgent, QueueSettings } from './queue/queue-agent.js';
import { remoteAgent, RemoteSettings } from './remote/remote-agent.js';
import { llmAgent } from './llm/llm-agent.js';
import { LlmSettings } from './llm/settings.js';

type FromData = (data: unknown) => Agent;

/** What an entry of a data file may have, by the name of its kind. */
export const AGENT_SCHEMAS = {
  airflow: AirflowSettings.extend(AgentData.shape),
  celery: CelerySettings.extend(AgentData.shape),
  command: CommandSettings.extend(AgentData.shape),
  http: HttpSettings.extend(AgentData.shape),
  llm: LlmSettings.extend(AgentData.shape),
  'llm-planner': LlmPlannerSettings.extend(PlannerData.shape),
  prefect: PrefectSettings.extend(AgentData.shape),
  queue: QueueSettings.extend(AgentData.shape),
  remote: AgentData.extend(RemoteSettings.shape),
  rules: RulesSettings.extend(PlannerData.shape),
  'step-functions': StepFunctionsSettings.extend(AgentData.shape),
  temporal: TemporalAgentSettings.extend(AgentData.omit({ taskQueue: true }).shape),
} as const;

const KINDS: ReadonlyMap<string, FromData> = new Map([
  ['airflow', fromData(AGENT_SCHEMAS.airflow, airflowAgent)],
  ['celery', fromData(AGENT_SCHEMAS.celery, celeryAgent)],
  ['command', fromData(AGENT_SCHEMAS.command, commandAgent)],
  ['http', fromData(AGENT_SCHEMAS.http, httpAgent)],
  ['llm', fromData(AGENT_SCHEMAS.llm, llmAgent)],
  ['llm-planner', fromData(AGENT_SCHEMAS['llm-planner'], llmPlanner)],
  ['prefect', fromData(AGENT_SCHEMAS.prefect, prefectAgent)],
  ['queue', fromData(AGENT_SCHEMAS.queue, queueAgent)],
  ['remote', fromData(AGENT_SCHEMAS.remote, remoteAgent)],
  ['rules', fromData(AGENT_SCHEMAS.rules, rulePlanner)],
  ['step-functions', fromData(AGENT_SCHEMAS['step-functions'], stepFunctionsAgent)],
  ['temporal', fromData(AGENT_SCHEMAS.temporal, temporalAgent)],
]);

/** Agents of this kind exist, but data has no functions. */
const IN_CODE = 'agents that are functions are declared in a baton.config.ts or .js, by functionAgent()';

/** Makes an agent of an entry of a data file. Throws an `AgentDefinitionError` with all its problems, one line for each. */
export function agentFromData(data: unknown): Agent {
  const kind = isRecord(data) ? data['kind'] : undefined;
  const make = typeof kind === 'string' ? KINDS.get(kind) : undefined;
  if (make !== undefined) return make(data);
  const known = [...KINDS.keys()];
  const kinds = oneOf(known.map((name) => JSON.stringify(name)));
  const hint = kind === 'function' ? IN_CODE : typeof kind === 'string' ? didYouMean(kind, known) : undefined;
  throw new AgentDefinitionError([
    `${agentName(data)}: ${withHint(`kind: expected ${kinds}, got ${shown(kind)}`, hint)}`,
  ]);
}

/** `settings` is the schema of the entry, which has a `kind`; `make` takes all of the entry but that. */
function fromData<S extends z.ZodObject<{ kind: z.ZodString }>>(
  settings: S,
  make: (options: Omit<z.output<S>, 'kind'>) => Agent,
): FromData {
  return (data) => {
    const { kind: _, ...options } = parseSettings(settings, data);
    return make(options);
  };
}

/** `a`, `a or b`, `a, b or c` */
const oneOf = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
