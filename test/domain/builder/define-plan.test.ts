import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { rulePlanner } from '../../../src/activities/agents/planner/rule-planner.js';
import { functionAgent } from '../../../src/activities/agents/function-agent.js';
import { definePlan } from '../../../src/domain/builder/define-plan.js';
import { InvalidPlanError } from '../../../src/domain/plan/parse.js';
import type { Plan } from '../../../src/domain/plan/plan.js';
import type { PlanBuilder } from '../../../src/domain/builder/types.js';

const Finding = z.object({ file: z.string(), line: z.number(), 'rule-id': z.string() });

const scanner = functionAgent({
  type: 'scanner',
  input: z.object({ path: z.string(), depth: z.number().optional() }),
  output: z.object({ findings: z.array(Finding), files: z.array(z.string()), worst: Finding.optional() }),
  run: () => ({ findings: [], files: [] }),
});
const analyzer = functionAgent({
  type: 'analyzer',
  input: z.object({ file: z.string(), place: z.number().optional() }),
  output: z.object({ score: z.number() }),
  run: () => ({ score: 1 }),
});
const reporter = functionAgent({
  type: 'reporter',
  input: z.object({
    findings: z.array(Finding),
    scores: z.array(z.object({ score: z.number() }).nullable()).optional(),
  }),
  output: z.object({ url: z.string() }),
  run: () => ({ url: '' }),
});
const eraser = functionAgent({
  type: 'eraser',
  input: z.object({ url: z.string() }),
  output: z.null(),
  run: () => null,
});

const planner = rulePlanner({ type: 'rules', rules: [{ goal: 'review {path}', plan: {} }] });
const teller = functionAgent({
  type: 'teller',
  input: z.object({ goal: z.string(), output: z.unknown() }),
  output: z.object({ url: z.string() }),
  run: () => ({ url: '' }),
});

const Input = z.object({ path: z.string() });

const problemsOf = (build: () => unknown) => {
  try {
    build();
  } catch (error) {
    if (error instanceof InvalidPlanError) return error.problems.map(({ code, path }) => `${code} ${path}`);
    throw error;
  }
  return [];
};

describe('definePlan', () => {
  it('definePlan makes races, votes, hedges and lists of fallbacks', () => {
    const plan = definePlan('several', (p) => {
      const won = p.race('won', [analyzer, 'other'], { file: 'a' });
      p.vote('agreed', { agents: [analyzer, 'b', 'c'], quorum: 2 }, { file: 'b', place: won.output.score });
      p.task(
        'again',
        analyzer,
        { file: 'c' },
        {
          hedge: { after: '2s' },
          fallback: [{ agent: 'b' }, { agent: analyzer, input: (failure) => ({ file: failure.message }) }],
        },
      );
    });
    expect(plan.tasks).toEqual({
      won: { race: ['analyzer', 'other'], input: { file: 'a' } },
      agreed: {
        vote: { agents: ['analyzer', 'b', 'c'], quorum: 2 },
        input: { file: 'b', place: '{% $tasks.won.output.score %}' },
      },
      again: {
        agent: 'analyzer',
        input: { file: 'c' },
        hedge: { after: '2s' },
        fallback: [{ agent: 'b' }, { agent: 'analyzer', input: { file: '{% $failure.message %}' } }],
      },
    });
  });

  it('definePlan takes a budget and optional tasks', () => {
    const budget = { tokens: { soft: 10, hard: 20 }, duration: '1h' };
    const plan = definePlan('thrifty', { budget }, (p) => {
      p.task('scan', scanner, { path: '.' }, { optional: true });
      p.approve('sign', 'Publish?', { optional: true });
    });
    expect(plan).toEqual({
      name: 'thrifty',
      budget,
      tasks: {
        scan: { agent: 'scanner', input: { path: '.' }, optional: true },
        sign: { approve: { title: 'Publish?' }, optional: true },
      },
    });
  });

  it('definePlan gives the same data as YAML', () => {
    const plan = definePlan(
      'review',
      { input: Input, onFailure: 'replan', replan: { planner: 'mine' }, concurrency: 5 },
      (p) => {
        const scan = p.task('scan', scanner, { path: p.input.path }, { retry: { attempts: 2 }, timeout: '5m' });
        const analyze = p.forEach('analyze', analyzer, scan.output.files, (file, index) => ({ file, place: index }), {
          concurrency: 8,
          tolerate: '10%',
        });
        const sign = p.approve('sign', 'Publish?', { when: p.expr<boolean>`$count(${scan.output.findings}) > ${0}` });
        const report = p.task(
          'report',
          reporter,
          { findings: scan.output.findings, scores: analyze.output },
          {
            needs: [sign, 'scan'],
            join: 'none-failed',
            fallback: { agent: 'printer', input: (failure) => ({ reason: failure.message }) },
            compensate: { agent: eraser, input: (output) => ({ url: output.url }) },
          },
        );
        return p.output({ url: report.output.url, started: p.run.startedAt });
      },
    );
    expect(plan).toEqual({
      name: 'review',
      onFailure: 'replan',
      replan: { planner: 'mine' },
      concurrency: 5,
      input: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
      tasks: {
        scan: {
          agent: 'scanner',
          input: { path: '{% $input.path %}' },
          retry: { attempts: 2 },
          timeout: '5m',
        },
        analyze: {
          agent: 'analyzer',
          forEach: { items: '{% $tasks.scan.output.files %}', concurrency: 8, tolerate: '10%' },
          input: { file: '{% $item %}', place: '{% $index %}' },
        },
        sign: { approve: { title: 'Publish?' }, when: '{% $count($tasks.scan.output.findings) > 0 %}' },
        report: {
          agent: 'reporter',
          input: { findings: '{% $tasks.scan.output.findings %}', scores: '{% $tasks.analyze.output %}' },
          needs: ['sign', 'scan'],
          join: 'none-failed',
          fallback: { agent: 'printer', input: { reason: '{% $failure.message %}' } },
          compensate: { agent: 'eraser', input: { url: '{% $output.url %}' } },
        },
      },
      output: { url: '{% $tasks.report.output.url %}', started: '{% $run.startedAt %}' },
    });
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
  });

  it('definePlan makes waits, events, approvals and sub-plans', () => {
    const inner = definePlan('inner', { input: z.object({ file: z.string() }) }, (p) => {
      const one = p.task('one', analyzer, { file: p.input.file });
      return p.output(one.output.score);
    });
    const plan = definePlan('outer', (p) => {
      const event = p.event<{ files: string[] }>('pushed', { name: 'push', timeout: '1d' });
      p.wait('later', { for: '5s' }, { needs: [event] });
      p.wait('then', p.expr<string>`$tasks.pushed.output.when`);
      const sub = p.plan('sub', inner, { file: 'a.ts' });
      p.task('use', analyzer, { file: 'b.ts', place: sub.output });
      p.forEach('each', inner, event.output.files, (file) => ({ file }));
      p.forEach('fixed', inner, ['a.ts', 'b.ts'], (file) => ({ file }), {
        compensate: { agent: eraser, input: (_score, file) => ({ url: file }) },
      });
    });
    expect(plan.tasks).toMatchObject({
      pushed: { event: { name: 'push', timeout: '1d' } },
      later: { wait: { for: '5s' }, needs: ['pushed'] },
      then: { wait: '{% $tasks.pushed.output.when %}' },
      sub: { plan: { name: 'inner', output: '{% $tasks.one.output.score %}' }, input: { file: 'a.ts' } },
      use: { input: { file: 'b.ts', place: '{% $tasks.sub.output %}' } },
      each: { plan: { name: 'inner' }, forEach: { items: '{% $tasks.pushed.output.files %}' } },
      fixed: {
        forEach: { items: ['a.ts', 'b.ts'] },
        compensate: { agent: 'eraser', input: { url: '{% $item %}' } },
      },
    });
  });

  it('definePlan makes decompositions, with agents or their types', () => {
    const plan = definePlan('goal', { input: Input }, (p) => {
      const first = p.decompose('first', {
        goal: p.expr<string>`'review ' & ${p.input.path}`,
        planner,
        agents: [scanner, 'x'],
      });
      const told = p.decompose(
        'told',
        { goal: 'tell it', planner: 'model', maxTasks: 5, approve: true, aggregate: { agent: teller, timeout: '1m' } },
        { seen: first.output },
        { needs: [first], compensate: { agent: eraser, input: (output) => ({ url: output.url }) } },
      );
      p.task('use', eraser, { url: told.output.url });
      const counted = p.decompose('counted', {
        goal: 'count',
        planner,
        aggregate: (output) => p.expr<number>`$count(${output})`,
      });
      p.task('place', analyzer, { file: 'a.ts', place: counted.output });
      const dry = p.decompose<Plan>('dry', { goal: 'plan', planner, dryRun: true });
      return p.output({ name: dry.output.name, anything: first.output['any']!['thing'] });
    });
    expect(plan.tasks).toMatchObject({
      first: { decompose: { goal: "{% 'review ' & $input.path %}", planner: 'rules', agents: ['scanner', 'x'] } },
      told: {
        decompose: {
          goal: 'tell it',
          planner: 'model',
          maxTasks: 5,
          approve: true,
          aggregate: { agent: 'teller', timeout: '1m' },
        },
        input: { seen: '{% $tasks.first.output %}' },
        needs: ['first'],
        compensate: { agent: 'eraser', input: { url: '{% $output.url %}' } },
      },
      counted: { decompose: { goal: 'count', planner: 'rules', aggregate: '{% $count($output) %}' } },
      dry: { decompose: { goal: 'plan', planner: 'rules', dryRun: true } },
    });
    expect(plan.output).toEqual({
      name: '{% $tasks.dry.output.name %}',
      anything: '{% $tasks.first.output.any.thing %}',
    });
  });

  it('an edge whose types do not match is a compile error', () => {
    const compiledOnly = (p: PlanBuilder<{ path: string }>) => {
      const scan = p.task('scan', scanner, { path: p.input.path });
      // @ts-expect-error the input has no such property
      void p.input.paht;
      // @ts-expect-error the agent's input has no such property
      p.task('b', scanner, { path: p.input.path, deep: 3 });
      // @ts-expect-error a number where text is expected
      p.task('c', scanner, { path: 5 });
      // @ts-expect-error a reference to an array where text is expected
      p.task('d', scanner, { path: scan.output.files });
      // @ts-expect-error the output has no such property
      void scan.output.findingz;
      // @ts-expect-error an array with items of another type
      p.task('f', reporter, { findings: scan.output.files });
      // @ts-expect-error only an array can be iterated
      p.forEach('g', analyzer, scan.output, () => ({ file: '' }));
      // @ts-expect-error an item is text, not a number
      p.forEach('h', analyzer, scan.output.files, (file) => ({ file: '', place: file }));
      // @ts-expect-error the input of the compensating agent has no such property
      p.task('i', reporter, { findings: [] }, { compensate: { agent: eraser, input: (out) => ({ uri: out.url }) } });
      // @ts-expect-error the fallback gives something else
      p.task('j', reporter, { findings: [] }, { fallback: { agent: scanner, input: { path: '' } } });
      // @ts-expect-error it may be absent
      p.task('k', reporter, { findings: [scan.output.worst] });
      const sub = definePlan('sub', { input: Input }, (q) => q.output(q.input.path));
      // @ts-expect-error the sub-plan needs a path
      p.plan('l', sub, { file: '' });
      // @ts-expect-error the sub-plan gives text
      p.task('m', analyzer, { file: '', place: p.plan('n', sub, { path: '' }).output });
      // @ts-expect-error an agent that is not a planner
      p.decompose('p', { goal: 'x', planner: scanner });
      // @ts-expect-error an agent whose input has no goal
      p.decompose('q', { goal: 'x', planner, aggregate: { agent: scanner } });
      const told = p.decompose('r', { goal: 'x', planner, aggregate: { agent: teller } });
      // @ts-expect-error the output has another type
      p.task('s', analyzer, { file: told.output });
      // @ts-expect-error a goal is text
      p.decompose('u', { goal: scan.output.files, planner });
      // @ts-expect-error the task, not its output
      p.task('o', scanner, { path: scan });
    };
    expect(compiledOnly).toBeTypeOf('function');
  });

  it('an untyped reference fits everywhere', () => {
    const plan = definePlan('loose', (p) => {
      const a = p.task('a', 'anything', { any: p.input['x']!['y'] });
      p.task('b', scanner, { path: a.output['path']! });
    });
    expect(plan.tasks).toEqual({
      a: { agent: 'anything', input: { any: '{% $input.x.y %}' } },
      b: { agent: 'scanner', input: { path: '{% $tasks.a.output.path %}' } },
    });
  });

  it('keys that JSONata would not read as names are quoted', () => {
    const plan = definePlan('odd', (p) => {
      const a = p.task('a', 'odd');
      p.task('b', 'odd', {
        dash: a.output['rule-id'],
        word: a.output['and'],
        digit: a.output['1st'],
        tick: a.output['we`ird'],
        proto: a.output['__proto__'],
        then: a.output['then'],
        of: p.expr`${a.output['a b']} + 1`,
        further: p.expr<{ x: number }>`$merge([${a.output}, ${{ y: 'it"s' }}])`.x,
      });
    });
    expect(plan.tasks['b']?.input).toEqual({
      dash: '{% $tasks.a.output.`rule-id` %}',
      word: '{% $tasks.a.output.`and` %}',
      digit: '{% $tasks.a.output.`1st` %}',
      tick: '{% $tasks.a.output."we`ird" %}',
      proto: '{% $tasks.a.output.__proto__ %}',
      then: '{% $tasks.a.output.then %}',
      of: '{% $tasks.a.output.`a b` + 1 %}',
      further: '{% ($merge([$tasks.a.output, {"y":"it\\"s"}])).x %}',
    });
  });

  it('a duplicate id is reported together with all other problems', () => {
    const build = () =>
      definePlan('twice', (p) => {
        const a = p.task('a', 'x');
        p.task('a', 'y');
        p.task('b', 'x', undefined, { needs: [a, 'zz'], timeout: '5' });
      });
    expect(problemsOf(build)).toEqual([
      'plan.duplicate-id tasks.a',
      'plan.bad-duration tasks.b.timeout',
      'plan.unknown-need tasks.b.needs[1]',
    ]);
  });

  it.each<[string, (p: PlanBuilder<unknown>) => unknown, RegExp]>([
    [
      'text',
      (p) => p.task('b', 'x', Reflect.apply(String, undefined, [p.input['url']])),
      /\{% \$input\.url %\} has no value/,
    ],
    ['a number', (p) => Number(p.input['n']), /turned into text or a number/],
    ['a copy', (p) => ({ ...p.input }), /spread/],
    ['JSON', (p) => JSON.stringify(p.input), /printed as JSON/],
    ['other properties', (p) => Object.assign(p.input, { x: 1 }), /changed/],
    ['nothing, in an expression', (p) => p.expr`1 + ${undefined}`, /expected a reference or a JSON value/],
  ])('making %s from a reference throws an error with the reason', (_what, misuse, message) => {
    expect(() => definePlan('misuse', (p) => void misuse(p))).toThrow(message);
  });

  it('a task used as data, where its output was meant, is a problem', () => {
    const build = () => definePlan('handle', (p) => void p.task('b', 'x', { all: p.task('a', 'x') }));
    expect(problemsOf(build)).toEqual(['plan.not-json tasks.b.input.all']);
  });

  it('an input schema that cannot be written as JSON Schema is a problem', () => {
    const build = () => definePlan('date', { input: z.object({ at: z.date() }) }, (p) => void p.wait('a', '1s'));
    expect(problemsOf(build)).toEqual(['plan.bad-schema input']);
  });
});
