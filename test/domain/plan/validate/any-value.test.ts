import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Plan } from '../../../../src/domain/plan/plan.js';
import { validatePlan, validateSentPlan } from '../../../../src/domain/plan/validate/index.js';

const codesOf = (plan: unknown) => validatePlan(plan).problems.map(({ code }) => code);

const words = fc.constantFrom(
  'name',
  'tasks',
  'a',
  'b',
  'agent',
  'plan',
  'approve',
  'wait',
  'event',
  'needs',
  'when',
  'join',
  'input',
  'forEach',
  'items',
  'retry',
  'fallback',
  'compensate',
  'timeout',
  'title',
  'atLeast',
  'output',
  'cache',
  'decompose',
  '__proto__',
  'constructor',
  'toString',
  '5s',
  'any-failed',
  '{% $tasks.a.output %}',
  '{% $item & $tasks.b.ouput %}',
  '{% 1 + %}',
  'x {% $input %}',
  '10%',
  '',
);
const { value: anyPlan } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 7, withCrossShrink: true },
    fc.oneof(
      words,
      fc.constant(null),
      fc.boolean(),
      fc.integer({ min: -2, max: 2000 }),
      // JSON has one zero.
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
    ),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(words, tie('value'), { maxKeys: 6, noNullPrototype: true }),
  ),
}));
/** Values that are often valid plans, so that acceptance is tested too. */
const likely = fc.record({
  name: fc.constantFrom('p', 'q'),
  onFailure: fc.constantFrom('continue', 'stop'),
  tasks: fc.dictionary(
    fc.constantFrom('a', 'b', 'c', 'constructor', 'toString'),
    fc.oneof(
      fc.record(
        {
          agent: fc.constant('echo'),
          needs: fc.subarray(['a', 'b']),
          input: fc.oneof(anyPlan, fc.constant('{% $tasks.a.output %}')),
          timeout: fc.constant('5s'),
        },
        { requiredKeys: ['agent'] },
      ),
      fc.record({ wait: fc.constantFrom('5s', '2030-01-01', 'x') }),
      fc.record({ plan: fc.oneof(anyPlan, fc.constant({ name: 'inner', tasks: { a: { agent: 'echo' } } })) }),
    ),
    { minKeys: 1 },
  ),
});
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('validatePlan', () => {
  it('validatePlan never throws, for any value', () => {
    fc.assert(
      fc.property(fc.oneof(anyPlan, likely, fc.jsonValue(), fc.anything()), (value) => {
        const { problems, plan } = validatePlan(value, ['echo'], new Map([['q', value]]));
        expect(plan === undefined).toBe(problems.length > 0);
        if (plan !== undefined) expect(Plan.safeParse(plan).success).toBe(true);
        for (const { code, message } of problems) {
          expect(code).toMatch(/^plan\.[A-Za-z-]+$/);
          expect(message).not.toMatch(/\n|Invalid input|undefined/);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('validatePlan accepts only a plan that JSON does not change', () => {
    let accepted = 0;
    fc.assert(
      fc.property(likely, (value) => {
        const validation = validatePlan(value, ['echo']);
        const { plan } = validation;
        if (plan === undefined) return;
        accepted++;
        expect(Plan.safeParse(plan).success).toBe(true);
        expect(asJson(plan)).toEqual(plan);
        expect(validatePlan(asJson(plan), ['echo'])).toEqual(validation);
      }),
      { numRuns: 1000 },
    );
    expect(accepted).toBeGreaterThan(50);
  });

  it('a value that is not JSON is reported with its path', () => {
    const circle: Record<string, unknown> = { name: 'p', tasks: {} };
    circle['output'] = circle;
    expect(codesOf(circle)).toEqual(['plan.too-nested']);
    const withInput = (input: unknown) => ({ name: 'p', tasks: { a: { agent: 'x', input: [input] } } });
    for (const value of [1n, Symbol('s'), () => 1, new Date(0), new Map(), Number.NaN, Infinity, undefined]) {
      expect(validatePlan(withInput(value)).problems).toMatchObject([
        { code: 'plan.not-json', path: 'tasks.a.input[0]' },
      ]);
    }
  });

  it('a key whose value is undefined counts as absent', () => {
    expect(
      codesOf({
        name: 'p',
        description: undefined,
        tasks: { a: { agent: 'x', wait: undefined, input: { y: undefined } } },
      }),
    ).toEqual([]);
  });

  it('a value that is nested too deeply, or expands to too many values, is rejected', () => {
    let deep: unknown = 1;
    for (let i = 0; i < 100_000; i++) deep = [deep];
    expect(codesOf({ name: 'p', tasks: { a: { agent: 'x', input: deep } } })).toEqual(['plan.too-nested']);
    let wide: unknown = 1;
    for (let i = 0; i < 60; i++) wide = [wide, wide];
    expect(codesOf({ name: 'p', tasks: { a: { agent: 'x', input: wide } } })).toEqual(['plan.too-large']);
  });

  it('a plan larger than a payload is reported with its size', () => {
    const plan = { name: 'p', tasks: { a: { agent: 'x', input: 'é'.repeat(1024 * 1024) } } };
    expect(validatePlan(plan).problems).toMatchObject([
      { code: 'plan.too-large', message: 'expected at most 1.5 MiB as JSON, got 2.0 MiB' },
    ]);
  });

  it('a chain of ten thousand tasks is valid', () => {
    const tasks = Object.fromEntries(
      Array.from({ length: 10_000 }, (_, i) => [
        `t${i}`,
        { agent: 'echo', ...(i === 0 ? {} : { needs: [`t${i - 1}`], input: `{% $tasks.t${i - 1}.output %}` }) },
      ]),
    );
    expect(validatePlan({ name: 'p', tasks }, ['echo']).problems).toEqual([]);
  });

  it.each<[string, (i: number) => object, string]>([
    ['broken expressions', (i) => ({ agent: 'echo', input: `{% $input.x + ${i} ( %}` }), 'plan.bad-expression'],
    ['pairs that wait for each other', (i) => ({ agent: 'echo', needs: [`t${i ^ 1}`] }), 'plan.cycle'],
    ['unknown variables', (i) => ({ agent: 'echo', input: `{% $foo${i} + 1 %}` }), 'plan.unknown-variable'],
  ])('validation stops after a thousand of fifty thousand %s', (_, task, code) => {
    const tasks = Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`t${i}`, task(i)]));
    const { problems } = validateSentPlan({ name: 'p', tasks }, new Map());
    expect(problems).toHaveLength(1_000);
    expect(new Set(problems.map((problem) => problem.code))).toEqual(new Set([code]));
  });

  it('each broken expression among many valid ones is found', () => {
    const broken = new Set([0, 17, 18, 99, 100, 350, 499]);
    const input = Array.from({ length: 500 }, (_, i) => `{% $input.x + ${i}${broken.has(i) ? ' (' : ''} %}`);
    const { problems } = validatePlan({ name: 'p', tasks: { t: { agent: 'echo', input } } }, ['echo']);
    expect(problems.map(({ path }) => path)).toEqual([...broken].map((i) => `tasks.t.input[${i}]`));
  });

  it('the first thousand of ten thousand problems are reported', () => {
    const tasks = Object.fromEntries(
      Array.from({ length: 10_000 }, (_, i) => [`t${i}`, { agent: 'ecko', needs: [`x${i}`] }]),
    );
    expect(validatePlan({ name: 'p', tasks }, ['echo']).problems).toHaveLength(1_000);
  });
});
