// Reads the subscriptions of a configuration, and the plans that they start.
import { resolve } from 'node:path';
import type { Agent } from '../domain/agent/agent.js';
import { kindsByName, type BrokerSettings } from '../domain/event/broker-settings.js';
import { checkBrokers, checkSubscriptions } from '../domain/event/check-subscriptions.js';
import type { SubscriptionSettings } from '../domain/event/subscription.js';
import { InvalidPlanError } from '../domain/plan/parse.js';
import type { Plan } from '../domain/plan/plan.js';
import { planLimit } from '../domain/plan/validate/json-value.js';
import { validatePlan } from '../domain/plan/validate/index.js';
import { MAX_STORED_VALUE_BYTES } from '../domain/json/byte-size.js';
import { formatPath, formatProblem, problem } from '../domain/problem.js';
import { checkJsonSchema } from '../json-schema.js';
import { readPlanFile } from '../plan-file.js';
import { ConfigError } from './error.js';
import type { ConfigLocation } from './read-agents.js';

/** A subscription with the plan that it starts; absent if it delivers. */
export interface LoadedSubscription {
  readonly settings: SubscriptionSettings;
  readonly plan?: Plan;
}

interface KnownParts {
  readonly agents: readonly Agent[];
  readonly plans: ReadonlyMap<string, unknown>;
  readonly brokers: readonly BrokerSettings[];
}

/** Throws a ConfigError with the problems of all brokers and subscriptions. */
export async function readSubscriptions(
  { brokers, subscriptions }: { brokers: readonly BrokerSettings[]; subscriptions: readonly SubscriptionSettings[] },
  known: Omit<KnownParts, 'brokers'>,
  { name, directory }: ConfigLocation,
): Promise<LoadedSubscription[]> {
  const faults = [...checkBrokers(brokers), ...checkSubscriptions(subscriptions, brokers)];
  const problems = faults.map(({ path, message }) => `${name}: ${formatPath(path)}: ${message}`);
  const loaded: LoadedSubscription[] = [];
  for (const [index, settings] of subscriptions.entries()) {
    if (settings.start === undefined) {
      loaded.push({ settings });
      continue;
    }
    try {
      loaded.push({ settings, plan: await readPlan(settings.start.plan, { ...known, brokers }, directory) });
    } catch (error) {
      if (!(error instanceof InvalidPlanError)) throw error;
      const where = `${name}: ${formatPath(['subscriptions', index, 'start', 'plan'])}`;
      problems.push(...error.problems.map((one) => `${where}: ${formatProblem(one)}`));
    }
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return loaded;
}

/** Throws an InvalidPlanError. */
async function readPlan(
  named: string | object,
  { agents, plans, brokers }: KnownParts,
  directory: string,
): Promise<Plan> {
  const raw = typeof named === 'object' ? named : (plans.get(named) ?? (await readPlanFile(resolve(directory, named))));
  const kinds = kindsByName(brokers);
  const types = agents.map(({ type }) => type);
  const { problems, plan } = validatePlan(raw, types, plans, planLimit(MAX_STORED_VALUE_BYTES), kinds);
  const input = plan?.input === undefined ? [] : checkJsonSchema(plan.input);
  const all = [...problems, ...input.map((text) => problem('plan.bad-schema', ['input'], text))];
  if (plan === undefined || all.length > 0) throw new InvalidPlanError(all);
  return plan;
}
