// A planner that needs no model: the goal is held against patterns, and the first that fits gives its plan.
import { z } from 'zod';
import { AgentSettings, type Agent } from '../../domain/agent.js';
import type { PlannerRequest } from '../../domain/planner.js';
import { formatProblem, got } from '../../domain/problem.js';
import { AgentError } from '../agent-error.js';
import { versionOf } from '../fingerprint.js';
import { parseSettings } from './definition.js';

const PLACE = /\{([A-Za-z]\w*)\}/g;

const Rule = z.strictObject({
  /** Words, with places such as `{path}`: letters may be of either case, white space of any length. */
  goal: z
    .string()
    .min(1)
    .refine((goal) => placesIn(goal).length === new Set(placesIn(goal)).size, 'expected each place once'),
  plan: z.record(z.string(), z.unknown()),
  /** What the plan is run with, places in its texts filled; what stood in the places, by name, if absent. */
  input: z.unknown().optional(),
  /** What remains to be done when the plan has failed; without it that cannot be mended. */
  replan: z.record(z.string(), z.unknown()).optional(),
});

/** What a data file may say of a rule planner, beside what it may say of any agent. */
export const RulesSettings = AgentSettings.extend({ rules: z.array(Rule).min(1) });
export type RulesSettings = z.infer<typeof RulesSettings>;

/** Throws an `AgentDefinitionError` if its settings are wrong. */
export function rulePlanner(options: RulesSettings): Agent<PlannerRequest, { plan: unknown; input: unknown }> {
  const parsed = parseSettings(RulesSettings, options);
  const { rules, ...settings } = parsed;
  const compiled = rules.map((rule) => ({ ...rule, pattern: patternOf(rule.goal) }));
  return {
    ...settings,
    kind: 'rules',
    version: versionOf(parsed),
    run({ goal, input, replan, rejected }) {
      // Asked again it could only say the same.
      if (rejected !== undefined)
        return refuse(`its plan was rejected: ${rejected.problems.map(formatProblem).join('; ')}`);
      for (const { plan, pattern, input: template, replan: remaining } of compiled) {
        const found = pattern.exec(goal);
        if (found === null) continue;
        if (replan !== undefined) {
          if (remaining === undefined) return refuse(`no plan is known for when this fails: ${replan.failure.message}`);
          return Promise.resolve({ plan: remaining, input });
        }
        const places = { ...found.groups };
        return Promise.resolve({
          plan,
          input: template === undefined ? beside(input, places) : filled(template, places),
        });
      }
      const known = rules.map((rule) => JSON.stringify(rule.goal)).join(', ');
      return refuse(`no rule fits the goal ${got(goal)}; the goals it knows: ${known}`);
    },
  };
}

const refuse = (message: string): Promise<never> => Promise.reject(new AgentError(message, { retryable: false }));

function placesIn(goal: string): string[] {
  return [...goal.matchAll(PLACE)].map(([, name]) => name!);
}

function patternOf(goal: string): RegExp {
  const parts = goal.trim().split(/(\{[A-Za-z]\w*\})/);
  const source = parts.map((part, i) => (i % 2 === 1 ? `(?<${part.slice(1, -1)}>.+?)` : wordsOf(part))).join('');
  return new RegExp(`^\\s*${source}\\s*[.!]?\\s*$`, 'isu');
}

const wordsOf = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&').replaceAll(/\s+/g, '\\s+');

const beside = (input: unknown, places: Record<string, string>): unknown =>
  typeof input === 'object' && input !== null && !Array.isArray(input) ? { ...input, ...places } : places;

function filled(template: unknown, places: Readonly<Record<string, string>>): unknown {
  if (typeof template === 'string') return template.replaceAll(PLACE, (whole, name: string) => places[name] ?? whole);
  if (Array.isArray(template)) return template.map((part) => filled(part, places));
  if (typeof template !== 'object' || template === null) return template;
  return Object.fromEntries(Object.entries(template).map(([key, part]) => [key, filled(part, places)]));
}
