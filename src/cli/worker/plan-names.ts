// The names of the plans in a configuration, which have labels of their own in the metrics of runs.
import type { LoadedConfig } from '../session/load-config.js';

export function planNames(config: LoadedConfig | undefined): string[] {
  if (config === undefined) return [];
  const { plans, subscriptions, schedules } = config;
  const all: unknown[] = [
    ...plans.values(),
    ...subscriptions.map(({ plan }) => plan),
    ...schedules.map(({ plan }) => plan),
  ];
  return [...new Set(all.flatMap((plan) => nameOf(plan)))];
}

const nameOf = (plan: unknown): string[] =>
  typeof plan === 'object' && plan !== null && 'name' in plan && typeof plan.name === 'string' ? [plan.name] : [];
