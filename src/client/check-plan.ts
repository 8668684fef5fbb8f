// Everything that is wrong with a plan, its JSON Schemas included.
import type { Agent } from '../domain/agent/agent.js';
import { kindsByName, type BrokerSettings } from '../domain/event/broker-settings.js';
import { cardsOf } from '../domain/agent/card.js';
import { MAX_VALUE_BYTES } from '../domain/json/byte-size.js';
import { checkEnd, STORAGE_HINT } from '../domain/run/end-check.js';
import { runIdFault } from '../domain/run/run-ids.js';
import type { RunInput } from '../domain/run/input.js';
import { planLimit } from '../domain/plan/validate/json-value.js';
import { MAX_DEPTH, type Plan } from '../domain/plan/plan.js';
import { isRecord } from '../domain/json/own-property.js';
import { validatePlan } from '../domain/plan/validate/index.js';
import { planWarnings } from '../domain/plan/validate/warnings.js';
import { problem, type Path, type Problem } from '../domain/problem.js';
import type { SecretSettings } from '../domain/secret.js';
import { checkJsonSchema } from '../json-schema.js';
import { remoteWarnings } from './remote-warnings.js';
import { checkSecrets } from './check-secrets.js';

export interface KnownAgents {
  /** Absent if the caller does not know which agents the workers have: agent types are not checked then. */
  readonly agents?: readonly Agent[];
  readonly plans?: ReadonlyMap<string, unknown>;
  /** The brokers of these workers. Absent if they are not known: brokers and destinations are not checked then. */
  readonly brokers?: readonly BrokerSettings[];
  /** The secrets that these workers allow. Absent if they are not known: references are not checked then. */
  readonly secrets?: SecretSettings;
}

/** `valueLimit`: the most bytes of JSON of one payload. */
export function checkPlan(
  raw: unknown,
  { agents, plans, brokers, secrets }: KnownAgents,
  { valueLimit = MAX_VALUE_BYTES }: Pick<RunInput, 'valueLimit'> = {},
): { problems: Problem[]; plan?: Plan } {
  const { problems, plan } = validatePlan(
    raw,
    agents?.map(({ type }) => type),
    plans,
    planLimit(valueLimit),
    kindsByName(brokers),
  );
  const all = [...problems, ...checkSchemas(raw, []), ...checkSecrets(raw, secrets?.allow)];
  return plan === undefined || all.length > 0 ? { problems: all } : { problems: all, plan };
}

/**
 * What prevents a run of a valid plan from ending, as far as that is known without its input. The warnings say what may prevent it, and
 * what in the plan has no effect.
 */
export function checkPlanEnds(
  plan: Plan,
  { agents = [], plans }: KnownAgents,
  terms: Pick<RunInput, 'valueLimit'> = {},
): { problems: Problem[]; warnings: string[] } {
  const { problem: text, warning } = checkEnd({ plan, agents: cardsOf(agents), ...terms });
  const ids = runIdFault(1, plan, plans === undefined ? undefined : Object.fromEntries(plans));
  return {
    problems: [
      ...(text === undefined ? [] : [problem('plan.cannot-end', [], text, STORAGE_HINT)]),
      ...(ids === undefined ? [] : [problem('plan.long-ids', [], ids)]),
    ],
    warnings: [
      ...planWarnings(plan),
      ...remoteWarnings(plan, agents),
      ...(warning === undefined ? [] : [`${warning}; ${STORAGE_HINT}`]),
    ],
  };
}

/** Compiling this many takes about a second. A run checks the others when it reaches their sub-plans. */
const MAX_SCHEMAS = 100;

/** The JSON Schemas of a plan and of the plans within it. */
function checkSchemas(raw: unknown, path: Path, left = { schemas: MAX_SCHEMAS }): Problem[] {
  if (!isRecord(raw) || path.length > 3 * MAX_DEPTH) return [];
  const { input, tasks } = raw;
  const broken = input === undefined || left.schemas-- <= 0 ? [] : checkJsonSchema(input);
  const within = Object.entries(isRecord(tasks) ? tasks : {}).flatMap(([id, task]) =>
    isRecord(task) && isRecord(task['plan']) ? checkSchemas(task['plan'], [...path, 'tasks', id, 'plan'], left) : [],
  );
  return [...broken.map((text) => problem('plan.bad-schema', [...path, 'input'], text)), ...within];
}
