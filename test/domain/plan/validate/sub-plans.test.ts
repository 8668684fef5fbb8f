import { describe, expect, it } from 'vitest';
import { validatePlan } from '../../../../src/domain/plan/validate/index.js';

const say = { agent: 'echo' };
const planOf = (tasks: Record<string, unknown>, name = 'p') => ({ name, tasks });
const codesOf = (plan: unknown, plans?: Record<string, unknown>) =>
  validatePlan(plan, ['echo'], plans === undefined ? undefined : new Map(Object.entries(plans))).problems.map(
    ({ code, path }) => `${code} ${path}`,
  );

/** `levels` plans within a plan. */
const nested = (levels: number): unknown => planOf({ a: levels === 0 ? say : { plan: nested(levels - 1) } });

describe('an inline sub-plan', () => {
  it('an inline sub-plan is validated like any plan', () => {
    const inner = { tasks: { b: { agent: 'who' }, c: { ...say, needs: ['a'] }, d: { ...say, needs: ['d'] } } };
    expect(codesOf(planOf({ a: { plan: inner } }))).toEqual([
      'plan.missing-key tasks.a.plan.name',
      'plan.unknown-agent tasks.a.plan.tasks.b.agent',
      'plan.unknown-need tasks.a.plan.tasks.c.needs[0]',
      'plan.cycle tasks.a.plan.tasks.d',
    ]);
  });

  it('an inline sub-plan sees only its own tasks', () => {
    const inner = planOf({ b: { ...say, input: '{% $tasks.outer.output %}' } });
    expect(codesOf(planOf({ outer: say, a: { plan: inner } }))).toEqual([
      'plan.unknown-task tasks.a.plan.tasks.b.input',
    ]);
  });

  it('an inline sub-plan does not see the item of the forEach around it', () => {
    const inner = planOf({ b: { ...say, input: '{% $item %}' } });
    expect(codesOf(planOf({ a: { plan: inner, forEach: { items: [1] }, input: '{% $item %}' } }))).toEqual([
      'plan.expression-scope tasks.a.plan.tasks.b.input',
    ]);
  });

  it('sub-plans may be nested ten levels deep, but not eleven', () => {
    expect(codesOf(nested(10))).toEqual([]);
    expect(codesOf(nested(11))).toEqual([expect.stringMatching(/^plan\.too-deep (tasks\.a\.plan\.?){11}$/)]);
  });

  it('a sub-plan must not be a number, an empty name or null', () => {
    expect(codesOf(planOf({ a: { plan: 5 }, b: { plan: '' }, c: { plan: null } }))).toEqual([
      'plan.bad-value tasks.a.plan',
      'plan.bad-value tasks.b.plan',
      'plan.bad-value tasks.c.plan',
    ]);
  });
});

describe('a named sub-plan', () => {
  it('a named sub-plan must be registered, if the registered plans are known', () => {
    expect(codesOf(planOf({ a: { plan: 'sub' } }))).toEqual([]);
    expect(codesOf(planOf({ a: { plan: 'sub' } }), {})).toEqual(['plan.unknown-plan tasks.a.plan']);
    expect(codesOf(planOf({ a: { plan: 'sub' } }), { sub: planOf({ x: say }) })).toEqual([]);
    expect(codesOf(planOf({ a: { plan: '{% $input.plan %}' } }), {})).toEqual(['plan.expression-scope tasks.a.plan']);
  });

  it('a named sub-plan is validated where it is first called', () => {
    const plan = planOf({ a: { plan: 'sub' }, b: { plan: 'sub' } });
    expect(codesOf(plan, { sub: planOf({ x: { agent: 'who' } }) })).toEqual([
      'plan.unknown-agent tasks.a.plan.tasks.x.agent',
    ]);
    expect(codesOf(plan, { sub: 'not a plan' })).toEqual(['plan.not-an-object tasks.a.plan']);
  });

  it('a named sub-plan must not contain itself, directly or not', () => {
    const calls = (name: string) => planOf({ x: { plan: name } });
    expect(codesOf(planOf({ a: { plan: 'one' } }), { one: calls('one') })).toEqual([
      'plan.plan-cycle tasks.a.plan.tasks.x.plan',
    ]);
    const ring = { one: calls('two'), two: planOf({ y: { plan: calls('one') } }) };
    expect(codesOf(planOf({ a: { plan: 'one' } }), ring)).toEqual([
      'plan.plan-cycle tasks.a.plan.tasks.x.plan.tasks.y.plan.tasks.x.plan',
    ]);
  });

  it('a named sub-plan is checked for depth at each place, not only where it is first called', () => {
    const chain = Object.fromEntries(
      Array.from({ length: 10 }, (_, i) => [`p${i}`, planOf({ x: i === 9 ? say : { plan: `p${i + 1}` } })]),
    );
    expect(codesOf(planOf({ a: { plan: 'p0' } }), chain)).toEqual([]);
    const deeper = planOf({ short: { plan: 'p0' }, long: { plan: planOf({ y: { plan: 'p0' } }) } });
    expect(codesOf(deeper, chain)).toEqual([
      expect.stringMatching(/^plan\.too-deep tasks\.long\.plan\.tasks\.y\.plan/),
    ]);
  });

  it('a named sub-plan is validated once, although it is called many times', () => {
    const wide = (name: string) =>
      planOf(Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`t${i}`, { plan: name }])));
    const plans = Object.fromEntries(
      Array.from({ length: 9 }, (_, i) => [`p${i}`, i === 8 ? planOf({ x: say }) : wide(`p${i + 1}`)]),
    );
    // Otherwise it would be validated fifty to the ninth times.
    expect(codesOf(wide('p0'), plans)).toEqual([]);
  });
});
