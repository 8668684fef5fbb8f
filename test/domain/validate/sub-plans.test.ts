import { describe, expect, it } from 'vitest';
import { validatePlan } from '../../../src/domain/validate/index.js';

const say = { agent: 'echo' };
const planOf = (tasks: Record<string, unknown>, name = 'p') => ({ name, tasks });
const codesOf = (plan: unknown, plans?: Record<string, unknown>) =>
  validatePlan(plan, ['echo'], plans === undefined ? undefined : new Map(Object.entries(plans))).problems.map(
    ({ code, path }) => `${code} ${path}`,
  );

/** `levels` plans within a plan. */
const nested = (levels: number): unknown => planOf({ a: levels === 0 ? say : { plan: nested(levels - 1) } });

describe('a plan within a plan', () => {
  it('is validated as a plan of its own', () => {
    const inner = { tasks: { b: { agent: 'who' }, c: { ...say, needs: ['a'] }, d: { ...say, needs: ['d'] } } };
    expect(codesOf(planOf({ a: { plan: inner } }))).toEqual([
      'plan.missing-key tasks.a.plan.name',
      'plan.unknown-agent tasks.a.plan.tasks.b.agent',
      'plan.unknown-need tasks.a.plan.tasks.c.needs[0]',
      'plan.cycle tasks.a.plan.tasks.d',
    ]);
  });

  it('sees its own tasks and no others', () => {
    const inner = planOf({ b: { ...say, input: '{% $tasks.outer.output %}' } });
    expect(codesOf(planOf({ outer: say, a: { plan: inner } }))).toEqual([
      'plan.unknown-task tasks.a.plan.tasks.b.input',
    ]);
  });

  it('sees no item of the forEach around it', () => {
    const inner = planOf({ b: { ...say, input: '{% $item %}' } });
    expect(codesOf(planOf({ a: { plan: inner, forEach: { items: [1] }, input: '{% $item %}' } }))).toEqual([
      'plan.expression-scope tasks.a.plan.tasks.b.input',
    ]);
  });

  it('may be ten levels down, not eleven', () => {
    expect(codesOf(nested(10))).toEqual([]);
    expect(codesOf(nested(11))).toEqual([expect.stringMatching(/^plan\.too-deep (tasks\.a\.plan\.?){11}$/)]);
  });

  it('is neither a number nor an empty name', () => {
    expect(codesOf(planOf({ a: { plan: 5 }, b: { plan: '' }, c: { plan: null } }))).toEqual([
      'plan.bad-value tasks.a.plan',
      'plan.bad-value tasks.b.plan',
      'plan.bad-value tasks.c.plan',
    ]);
  });
});

describe('a plan by name', () => {
  it('must be there, if it is known which are', () => {
    expect(codesOf(planOf({ a: { plan: 'sub' } }))).toEqual([]);
    expect(codesOf(planOf({ a: { plan: 'sub' } }), {})).toEqual(['plan.unknown-plan tasks.a.plan']);
    expect(codesOf(planOf({ a: { plan: 'sub' } }), { sub: planOf({ x: say }) })).toEqual([]);
    expect(codesOf(planOf({ a: { plan: '{% $input.plan %}' } }), {})).toEqual(['plan.expression-scope tasks.a.plan']);
  });

  it('is validated where it is called first', () => {
    const plan = planOf({ a: { plan: 'sub' }, b: { plan: 'sub' } });
    expect(codesOf(plan, { sub: planOf({ x: { agent: 'who' } }) })).toEqual([
      'plan.unknown-agent tasks.a.plan.tasks.x.agent',
    ]);
    expect(codesOf(plan, { sub: 'no plan' })).toEqual(['plan.not-an-object tasks.a.plan']);
  });

  it('does not contain itself, by whatever way', () => {
    const calls = (name: string) => planOf({ x: { plan: name } });
    expect(codesOf(planOf({ a: { plan: 'one' } }), { one: calls('one') })).toEqual([
      'plan.plan-cycle tasks.a.plan.tasks.x.plan',
    ]);
    const ring = { one: calls('two'), two: planOf({ y: { plan: calls('one') } }) };
    expect(codesOf(planOf({ a: { plan: 'one' } }), ring)).toEqual([
      'plan.plan-cycle tasks.a.plan.tasks.x.plan.tasks.y.plan.tasks.x.plan',
    ]);
  });

  it('may not lead too deep, though another way to it does not', () => {
    const chain = Object.fromEntries(
      Array.from({ length: 10 }, (_, i) => [`p${i}`, planOf({ x: i === 9 ? say : { plan: `p${i + 1}` } })]),
    );
    expect(codesOf(planOf({ a: { plan: 'p0' } }), chain)).toEqual([]);
    const deeper = planOf({ short: { plan: 'p0' }, long: { plan: planOf({ y: { plan: 'p0' } }) } });
    expect(codesOf(deeper, chain)).toEqual([
      expect.stringMatching(/^plan\.too-deep tasks\.long\.plan\.tasks\.y\.plan/),
    ]);
  });

  it('is read once, however often it is called', () => {
    const wide = (name: string) =>
      planOf(Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`t${i}`, { plan: name }])));
    const plans = Object.fromEntries(
      Array.from({ length: 9 }, (_, i) => [`p${i}`, i === 8 ? planOf({ x: say }) : wide(`p${i + 1}`)]),
    );
    // Fifty to the ninth, otherwise.
    expect(codesOf(wide('p0'), plans)).toEqual([]);
  });
});
