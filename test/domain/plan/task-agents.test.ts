import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { AgentType } from '../../../src/domain/call/options.js';
import { Plan } from '../../../src/domain/plan/plan.js';
import type { Path } from '../../../src/domain/problem.js';
import { agentsOfPlan } from '../../../src/domain/plan/task-agents.js';

interface Leaf {
  readonly path: Path;
  readonly isAgent: boolean;
}

/** Every path of the schema that takes text. Of plans within plans, only the first level is walked. */
function textsIn(schema: z.core.$ZodType, path: Path = [], plans = 0): Leaf[] {
  if (schema === AgentType) return [{ path, isAgent: true }];
  const within = schema === Plan ? plans + 1 : plans;
  if (within > 2) return [];
  const walk = (inner: z.core.$ZodType, ...keys: Path) => textsIn(inner, [...path, ...keys], within);
  if (schema instanceof z.ZodString) return [{ path, isAgent: false }];
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return walk(schema.def.innerType);
  if (schema instanceof z.ZodLazy) return walk(schema.def.getter());
  if (schema instanceof z.ZodArray) return walk(schema.def.element, 0);
  if (schema instanceof z.ZodRecord) return walk(schema.def.valueType, 'one');
  if (schema instanceof z.ZodUnion) return schema.def.options.flatMap((option) => walk(option));
  if (schema instanceof z.ZodObject) {
    return Object.entries(schema.def.shape).flatMap(([key, part]) => walk(part as z.core.$ZodType, key));
  }
  const plain = [z.ZodNumber, z.ZodBoolean, z.ZodEnum, z.ZodLiteral, z.ZodUnknown];
  if (plain.some((kind) => schema instanceof kind)) return [];
  throw new Error(`${path.join('.')}: expected a schema that the test knows, got ${schema._zod.def.type}`);
}

const leaves = textsIn(Plan);
const nameOf = (path: Path): string => path.filter((key) => key !== 0 && key !== 'one').join('.');

/** The smallest value that has the text at the path. */
const withText = ([key, ...rest]: Path, text: string): unknown => {
  if (key === undefined) return text;
  if (key === 'plan') return { plan: { tasks: {}, ...(withText(rest, text) as object) } };
  return typeof key === 'number' ? [withText(rest, text)] : { [key]: withText(rest, text) };
};

describe('the agents of a plan', () => {
  test.each(leaves.filter(({ isAgent }) => isAgent).map(({ path }) => [path.join('.'), path] as const))(
    'agentsOfPlan finds the agent at %s',
    (text, path) => {
      const plan = { tasks: {}, ...(withText(path, text) as object) };
      expect(agentsOfPlan(plan).map(({ agent, place }) => ({ agent, place }))).toContainEqual({
        agent: text,
        place: path,
      });
    },
  );

  // A new key that takes text appears in this list. If it names an agent, give it the schema AgentType instead of adding it here.
  test('every key that takes text names an agent, or is in this list', () => {
    const others = leaves.flatMap(({ path, isAgent }) => (isAgent || path.includes('plan') ? [] : [nameOf(path)]));
    expect([...new Set(others)].sort()).toMatchInlineSnapshot(`
      [
        "$schema",
        "budget.duration",
        "budget.duration.hard",
        "budget.duration.soft",
        "defaults.deadline",
        "defaults.heartbeat",
        "defaults.retry.initial",
        "defaults.retry.max",
        "defaults.timeout",
        "description",
        "name",
        "replan.goal",
        "tasks.approve.description",
        "tasks.approve.timeout",
        "tasks.approve.title",
        "tasks.cache.ttl",
        "tasks.compensate.retry.initial",
        "tasks.compensate.retry.max",
        "tasks.compensate.timeout",
        "tasks.deadline",
        "tasks.decompose.aggregate",
        "tasks.decompose.aggregate.retry.initial",
        "tasks.decompose.aggregate.retry.max",
        "tasks.decompose.aggregate.timeout",
        "tasks.decompose.approve.description",
        "tasks.decompose.approve.timeout",
        "tasks.decompose.approve.title",
        "tasks.decompose.budget.duration",
        "tasks.decompose.budget.duration.hard",
        "tasks.decompose.budget.duration.soft",
        "tasks.decompose.goal",
        "tasks.description",
        "tasks.event",
        "tasks.event.name",
        "tasks.event.timeout",
        "tasks.fallback.retry.initial",
        "tasks.fallback.retry.max",
        "tasks.fallback.timeout",
        "tasks.forEach.batch.wait",
        "tasks.forEach.items",
        "tasks.forEach.tolerate",
        "tasks.heartbeat",
        "tasks.hedge.after",
        "tasks.idle",
        "tasks.needs",
        "tasks.publish.broker",
        "tasks.publish.key",
        "tasks.publish.to",
        "tasks.publish.type",
        "tasks.retry.initial",
        "tasks.retry.max",
        "tasks.timeout",
        "tasks.wait",
        "tasks.wait.for",
        "tasks.wait.until",
        "tasks.when",
      ]
    `);
  });

  test('agentsOfPlan includes the agents of named sub-plans, each plan once', () => {
    const plans = {
      one: { name: 'one', tasks: { a: { agent: 'x' }, b: { plan: 'two' } } },
      two: { name: 'two', tasks: { c: { agent: 'y', compensate: { agent: 'z' } }, d: { plan: 'one' } } },
    };
    const named = agentsOfPlan({ tasks: { sub: { plan: 'one' }, lost: { plan: 'three' } } }, plans);
    expect(named.map(({ agent, use, place }) => `${use} ${agent} ${place.join('.')}`)).toEqual([
      'call x tasks.sub.plan.tasks.a.agent',
      'call y tasks.sub.plan.tasks.b.plan.tasks.c.agent',
      'undo z tasks.sub.plan.tasks.b.plan.tasks.c.compensate.agent',
    ]);
  });
});
