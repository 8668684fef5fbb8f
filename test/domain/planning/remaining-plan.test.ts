import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { takeReady } from '../../../src/domain/progress/advance.js';
import { buildGraph } from '../../../src/domain/plan/graph.js';
import type { PlanConstraints } from '../../../src/domain/planning/generated-plan.js';
import type { Outcome } from '../../../src/domain/call/outcome.js';
import type { Plan, Task } from '../../../src/domain/plan/plan.js';
import { planLimits } from '../../../src/domain/planning/limits.js';
import { readRemaining, type RemainingPlan } from '../../../src/domain/planning/remaining-plan.js';
import { mayReplan, replanNote, replannedProgress } from '../../../src/domain/progress/replan.js';
import { replanQuestion } from '../../../src/domain/planning/replan-question.js';
import { runDetails } from '../../../src/domain/picture/web-ui-details.js';
import { randomPlan } from '../../support/random-plans.js';
import { simulate, type Simulation } from '../../support/simulate.js';

const under: PlanConstraints = {
  limits: planLimits({ planner: 'planner', maxTasks: 3 }),
  catalogue: { entries: [{ type: 'echo' }, { type: 'pay', sensitive: true }] },
  planner: 'planner',
};

const refused: Outcome = { status: 'failed', attempts: 1, failure: { type: 'AgentRefused', message: 'no' } };
const unknown: Outcome = { status: 'unknown', attempts: 1, failure: { type: 'Timeout', message: 'late' } };

const replanned = (plan: Plan): Plan => ({ ...plan, onFailure: 'replan', replan: { planner: 'planner' } });

/** A run of these tasks up to where it failed: those that are named fail, or are unknown. */
const failed = (tasks: Plan['tasks'], ends: Readonly<Record<string, Outcome>>, more: Partial<Plan> = {}) =>
  simulate(
    { ...replanned({ name: 'p', tasks }), concurrency: 1, ...more },
    { outcome: (task) => ends[task] ?? OK, when: () => false, isUndone: false },
  );

const OK: Outcome = { status: 'succeeded', output: { n: 1 }, attempts: 1 };
const a = (more: Partial<Task> = {}): Task => ({ agent: 'other', ...more });
const fresh = (more: object = {}) => ({ agent: 'echo', ...more });

const read = ({ graph, progress }: Simulation, answer: unknown) => readRemaining(answer, graph, progress, under);

function remaining(run: Simulation, answer: unknown): RemainingPlan {
  const found = read(run, answer);
  if ('plan' in found) return found;
  throw new Error(JSON.stringify(found.problems));
}

const codes = (run: Simulation, answer: unknown): string[] => {
  const found = read(run, answer);
  return 'problems' in found ? found.problems.map(({ code, path }) => `${code} ${path}`) : [];
};

describe('what remains', () => {
  const run = failed(
    {
      a: a(),
      b: a({ needs: ['a'] }),
      c: a({ input: '{% $tasks.b.output %}', compensate: { agent: 'undo', input: '{% $tasks.a.output %}' } }),
      d: a({ needs: ['c'] }),
      bad: a({ needs: ['d'] }),
      never: a({ needs: ['bad'] }),
    },
    { bad: refused },
  );

  test.each<[string, object, string[], string[]]>([
    ['what a new task needs, and what that needed', { next: fresh({ needs: ['c'] }) }, ['a', 'b', 'c'], ['d']],
    ['what a new task reads', { next: fresh({ input: { x: ['{% $tasks.b.output.n %}'] } }) }, ['a', 'b'], ['c', 'd']],
    ['what it names again', { a: fresh({ needs: ['nobody'] }) }, ['a'], ['b', 'c', 'd']],
    ['nothing', { next: fresh() }, [], ['a', 'b', 'c', 'd']],
  ])('keeps %s', (_, tasks, kept, dropped) => {
    const found = remaining(run, { tasks });
    expect([found.kept.toSorted(), found.dropped]).toEqual([kept, dropped]);
    for (const id of kept) expect(found.plan.tasks[id]).toBe(run.graph.plan.tasks[id]);
  });

  test('keeps what the output reads; that is of the old plan where the new one has none', () => {
    const asking = failed({ a: a(), bad: a({ needs: ['a'] }) }, { bad: refused }, { output: '{% $tasks.a.output %}' });
    expect(remaining(asking, { tasks: { next: fresh() } })).toMatchObject({
      kept: ['a'],
      plan: { output: '{% $tasks.a.output %}' },
    });
    expect(remaining(asking, { tasks: { next: fresh() }, output: 1 })).toMatchObject({ kept: [], dropped: ['a'] });
  });

  test('counts what is new, and not what stays', () => {
    const again = { a: fresh(), b: fresh(), c: fresh(), d: fresh() };
    expect(remaining(run, { tasks: { ...again, x: fresh(), y: fresh() } }).kept).toHaveLength(4);
  });

  test('keeps of the run what it is held to, whatever the planner says', () => {
    const { plan } = remaining(run, {
      name: 'other',
      budget: { calls: 1 },
      onFailure: 'stop',
      tasks: { next: fresh() },
    });
    expect(plan).toEqual({ ...run.graph.plan, tasks: { next: fresh() } });
  });

  test('drops what is unknown, unless it is planned anew', () => {
    const lost = failed({ a: a(), bad: a({ needs: ['a'] }) }, { bad: unknown });
    expect(remaining(lost, { tasks: { bad: fresh({ needs: ['a'] }) } })).toMatchObject({
      kept: ['a'],
      dropped: ['bad'],
    });
  });

  test.each<[string, unknown, string[]]>([
    ['no plan', 7, ['plan.no-tasks ']],
    ['a plan without tasks', { output: 1 }, ['plan.no-tasks ']],
    [
      'too many new tasks',
      { tasks: { w: fresh(), x: fresh(), y: fresh(), z: fresh() } },
      ['plan.too-many-tasks tasks'],
    ],
    ['what has failed', { tasks: { next: fresh({ needs: ['bad'] }) } }, ['plan.unknown-need tasks.next.needs[0]']],
    ['an agent that only the old plan may call', { tasks: { next: a() } }, ['plan.unknown-agent tasks.next.agent']],
    [
      'what is sensitive',
      { tasks: { next: { agent: 'pay', needs: ['a'] } } },
      ['plan.needs-approval tasks.next.agent'],
    ],
    ['a plan by name', { tasks: { next: { plan: 'named' } } }, ['plan.unknown-plan tasks.next.plan']],
    [
      'a plan that plans',
      { tasks: { next: { decompose: { goal: 'x', planner: 'planner' } } } },
      ['plan.too-deep tasks.next.decompose'],
    ],
    [
      'garbage',
      { tasks: { next: { agent: 5, needs: 'x', input: { deep: '{% $tasks. %}' } } } },
      ['plan.bad-type tasks.next.agent', 'plan.bad-type tasks.next.needs', 'plan.bad-expression tasks.next.input.deep'],
    ],
  ])('is refused with %s', (_, answer, wrong) => {
    expect(codes(run, answer).toSorted()).toEqual(wrong.toSorted());
  });

  test('is refused if it waits for what had ended otherwise, or closes a circle with what stays', () => {
    const any = failed(
      { no: a({ when: '{% false %}' }), any: a({ needs: ['no'], join: 'none-failed' }), bad: a({ needs: ['any'] }) },
      { bad: refused },
    );
    expect(codes(any, { tasks: { next: fresh({ needs: ['any', 'no'] }) } })).toEqual(['plan.stale-need tasks.next']);
    expect(codes(any, { tasks: { no: fresh({ needs: ['any'] }) } })).toEqual(['plan.cycle tasks.no']);
  });
});

test('the planner is told how outputs begin, and not the whole of them', () => {
  const { graph, progress } = failed({ a: a(), bad: a({ needs: ['a'] }) }, { bad: refused });
  progress.tasks['a']!.output = 'x'.repeat(10_000);
  const { succeeded, left } = replanQuestion(graph, progress);
  expect(succeeded).toMatchObject([{ id: 'a', agent: 'other', output: '{% $tasks.a.output %}', bytes: 10_002 }]);
  expect(succeeded[0]!.preview.length).toBeLessThan(250);
  expect(left).toBe(1);
});

test('what is new waits for what it needs, under a name of its own, and the run says that it was planned anew', () => {
  const { graph, progress } = failed({ a: a(), bad: a({ needs: ['a'] }) }, { bad: refused });
  const tasks = { bad: fresh({ needs: ['a'] }), last: fresh({ needs: ['bad', 'a'] }) };
  const found = readRemaining({ tasks }, graph, progress, under) as RemainingPlan;
  const next = buildGraph(found.plan);
  const after = replannedProgress(next, progress, { ...found, cards: {}, note: replanNote(graph, progress, []) });
  expect(takeReady(next, after)).toEqual({ task: 'bad' });
  expect(takeReady(next, after)).toBeUndefined();
  expect([...buildGraph(found.plan, { states: after.tasks }).tasks.values()].map(({ callName }) => callName)).toEqual([
    'a',
    'bad~1',
    'last~1',
  ]);
  expect(runDetails(next, after)).toContain('re-planned (1 of 2): task bad failed: AgentRefused: no');
});

const answers = fc.record({
  needs: fc.array(fc.nat(24), { maxLength: 4 }),
  reads: fc.array(fc.nat(24), { maxLength: 3 }),
  again: fc.array(fc.nat(24), { maxLength: 3 }),
});

test('of any run that fails: all that had succeeded is kept or dropped, and nothing of it starts again', () => {
  let seen = 0;
  const property = fc.property(randomPlan, answers, fc.nat(), (plan, { needs, reads, again }, seed) => {
    const asked = replanned(plan);
    const run = simulate(asked, {
      outcome: (task, index) =>
        (seed + task.length * 7 + Number(task.slice(1)) * 13 + (index ?? 0)) % 7 === 0 ? refused : OK,
      when: (task) => (seed + Number(task.slice(1))) % 3 > 0,
      isUndone: false,
    });
    const { graph, progress } = run;
    if (!mayReplan(graph, progress)) return;
    const isOf = (id: string, status: string) => progress.tasks[id]?.status === status;
    const succeeded = graph.order.filter((id) => isOf(id, 'succeeded'));
    const some = (draws: number[]) =>
      [...new Set(draws.map((n) => succeeded[n % Math.max(1, succeeded.length)]))].filter((id) => id !== undefined);
    const repeated = Object.fromEntries(again.map((n) => [`t${n}`, fresh()]));
    const answer = {
      tasks: {
        ...repeated,
        next: fresh({ needs: some(needs), input: some(reads).map((id) => `{% $tasks.${id}.output %}`) }),
      },
      output: null,
    };
    const wide = { ...under, limits: { ...under.limits, maxTasks: 100 } };
    const found = readRemaining(answer, graph, progress, wide);
    // A task that has ended otherwise, and is needed by what stays, cannot be planned anew where that closes a circle.
    if ('problems' in found) return;
    seen++;
    const { kept, dropped, plan: merged } = found;
    expect([...kept, ...dropped].filter((id) => isOf(id, 'succeeded')).toSorted()).toEqual(succeeded.toSorted());
    expect(kept.filter((id) => dropped.includes(id))).toEqual([]);
    const next = buildGraph(merged);
    for (const { needs } of next.tasks.values()) for (const need of needs) expect(next.tasks.has(need)).toBe(true);
    const after = replannedProgress(next, progress, { kept, cards: {}, note: replanNote(graph, progress, dropped) });
    for (let ready = takeReady(next, after); ready !== undefined; ready = takeReady(next, after))
      expect(kept).not.toContain(ready.task);
    for (const id of kept) expect(after.tasks[id]).toBe(progress.tasks[id]);
    for (const id of next.order) if (!kept.includes(id)) expect(after.tasks[id]!.replan).toBe(1);
  });
  fc.assert(property, { numRuns: 1_000 });
  expect(seen).toBeGreaterThan(100);
});
