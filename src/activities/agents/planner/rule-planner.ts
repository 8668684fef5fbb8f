// A planner without a model: the goal is matched against patterns, and the first that matches gives its plan.
import { z } from 'zod';
import { AgentSettings, type Agent } from '../../../domain/agent/agent.js';
import { LinearRegExp, RegExpRefusedError } from '../../../domain/regexp/linear-regexp.js';
import type { PlannerRequest } from '../../../domain/planning/request.js';
import { formatProblem, shown } from '../../../domain/problem.js';
import { isRecord } from '../../../domain/json/own-property.js';
import { AgentError } from '../../errors/agent-error.js';
import { agentVersion } from '../version.js';
import { parseSettings } from '../definition.js';

/** A place in a goal, such as `{path}`. */
const PLACE = /\{([A-Za-z]\w*)\}/g;
/** A longer goal is data rather than a goal, and each rule would search all of it. */
const MAX_GOAL = 100_000;

const Rule = z.strictObject({
  /** Words, with places such as `{path}`. Case and the length of white space make no difference. */
  goal: z
    .string()
    .min(1)
    .refine((goal) => placesIn(goal).length === new Set(placesIn(goal)).size, 'expected each place once')
    .superRefine((goal, context) => {
      const reason = goalProblem(goal);
      if (reason !== undefined)
        context.addIssue({ code: 'custom', message: `expected a goal that can be matched, but ${reason}` });
    }),
  plan: z.record(z.string(), z.unknown()),
  /**
   * The input of the plan, in whose texts the places are replaced by what they matched. Default: the input of the planner, together
   * with what the places matched, by name.
   */
  input: z.unknown().optional(),
  /** The plan that remains when the plan has failed; without it the failure is final. */
  replan: z.record(z.string(), z.unknown()).optional(),
});

/** The settings of a rule planner in a data file, in addition to those of every agent. */
export const RulesSettings = AgentSettings.extend({ rules: z.array(Rule).min(1) });
export type RulesSettings = z.infer<typeof RulesSettings>;

/** Makes a planner of rules. Throws an `AgentDefinitionError` if the settings are wrong. */
export function rulePlanner(options: RulesSettings): Agent<PlannerRequest, { plan: unknown; input: unknown }> {
  const parsed = parseSettings(RulesSettings, options);
  const { rules, ...settings } = parsed;
  const compiled = rules.map((rule) => ({ ...rule, pattern: goalPattern(rule.goal) }));
  return {
    ...settings,
    kind: 'rules',
    version: agentVersion(parsed),
    run({ goal, input, replan, rejected }) {
      // Asked again, it could only give the same plan.
      if (rejected !== undefined)
        return refuseGoal(`its plan was rejected: ${rejected.problems.map(formatProblem).join('; ')}`);
      if (goal.length > MAX_GOAL)
        return refuseGoal(`expected a goal of at most ${MAX_GOAL} characters, got one of ${goal.length}`);
      for (const { plan, pattern, input: template, replan: remaining } of compiled) {
        const found = pattern.exec(goal);
        if (found === null) continue;
        if (replan !== undefined) {
          if (remaining === undefined)
            return refuseGoal(`this rule has no plan for a failure: ${replan.failure.message}`);
          return Promise.resolve({ plan: remaining, input });
        }
        const places = { ...found.groups };
        return Promise.resolve({
          plan,
          input: template === undefined ? withPlaces(input, places) : fillPlaces(template, places),
        });
      }
      const known = rules.map((rule) => JSON.stringify(rule.goal)).join(', ');
      return refuseGoal(`no rule fits the goal ${shown(goal)}; the goals of the rules: ${known}`);
    },
  };
}

const refuseGoal = (message: string): Promise<never> => Promise.reject(new AgentError(message, { retryable: false }));

function placesIn(goal: string): string[] {
  return [...goal.matchAll(PLACE)].map(([, name]) => name!);
}

/** Matched in linear time: a goal may be long, and its author may be anyone. */
function goalPattern(goal: string): LinearRegExp {
  const parts = goal.trim().split(/(\{[A-Za-z]\w*\})/);
  const source = parts.map((part, i) => (i % 2 === 1 ? `(?<${part.slice(1, -1)}>.+?)` : wordsPattern(part))).join('');
  return new LinearRegExp(`^\\s*${source}\\s*[.!]?\\s*$`, 'isu');
}

/** Why the goal cannot be a pattern. */
function goalProblem(goal: string): string | undefined {
  try {
    goalPattern(goal);
    return undefined;
  } catch (error) {
    if (error instanceof RegExpRefusedError) return error.reason;
    throw error;
  }
}

const wordsPattern = (text: string): string =>
  text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&').replaceAll(/\s+/g, '\\s+');

const withPlaces = (input: unknown, places: Record<string, string>): unknown =>
  isRecord(input) ? { ...input, ...places } : places;

function fillPlaces(template: unknown, places: Readonly<Record<string, string>>): unknown {
  if (typeof template === 'string') return template.replaceAll(PLACE, (whole, name: string) => places[name] ?? whole);
  if (Array.isArray(template)) return template.map((part) => fillPlaces(part, places));
  if (!isRecord(template)) return template;
  return Object.fromEntries(Object.entries(template).map(([key, part]) => [key, fillPlaces(part, places)]));
}
