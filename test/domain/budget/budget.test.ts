import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AMOUNTS, Budget, parseLimits } from '../../../src/domain/budget/budget.js';
import { NO_USAGE, type Usage } from '../../../src/domain/call/usage.js';
import { createEscrow, estimateOf, hold, release } from '../../../src/domain/budget/ledger.js';
import type { Outcome } from '../../../src/domain/call/outcome.js';
import type { Plan, Task } from '../../../src/domain/plan/plan.js';
import type { Progress } from '../../../src/domain/progress/state.js';
import { runDetails } from '../../../src/domain/picture/web-ui-details.js';
import { summarize } from '../../../src/domain/run/summarize.js';
import { randomPlan } from '../../support/random-plans.js';
import { roll } from '../../support/roll.js';
import { simulate } from '../../support/simulate.js';

const used = (usage: Partial<Usage>): Outcome => ({
  status: 'succeeded',
  output: null,
  attempts: 1,
  usage: { ...NO_USAGE, calls: 1, ...usage },
});
const failed = (usage: Partial<Usage>): Outcome => ({
  status: 'failed',
  failure: { type: 'AgentFailed', message: 'no' },
  attempts: 1,
  usage: { ...NO_USAGE, calls: 1, ...usage },
});
const lost: Outcome = { status: 'unknown', failure: { type: 'Timeout', message: 'late' }, attempts: 1 };
const planOf = (tasks: Record<string, Task>, head: Partial<Plan> = {}): Plan => ({ name: 'p', ...head, tasks });
const say: Task = { agent: 'echo' };
const tokens = (hard: number, each: number) => ({
  budget: { tokens: hard },
  estimates: { echo: { tokens: each } },
});
const statuses = ({ tasks }: Progress) =>
  Object.fromEntries(Object.entries(tasks).map(([id, { status }]) => [id, status]));

describe('a hard limit', () => {
  test('of 100 lets exactly one of three parallel tasks of 100 start, and the run pauses', () => {
    const { progress, log, isPaused, graph } = simulate(planOf({ a: say, b: say, c: say }), {
      budget: tokens(100, 100),
      outcome: () => used({ tokens: 100 }),
    });
    expect(isPaused).toBe(true);
    expect(log.filter(({ what }) => what === 'start')).toHaveLength(1);
    expect(statuses(progress)).toEqual({ a: 'succeeded', b: 'pending', c: 'pending' });
    expect(summarize(graph, progress, { runId: 'r' })).toMatchObject({
      status: 'paused',
      pausedBecause: 'budget-exceeded',
      budget: { limits: { tokens: 100 }, spent: { calls: 1, tokens: 100, usd: 0 }, reserved: NO_USAGE },
    });
  });

  test('shows in the Web UI how much there is', () => {
    const { progress, graph } = simulate(planOf({ a: say, b: say }), {
      budget: { budget: { calls: 5, tokens: 1000, usd: 20 }, estimates: { echo: { tokens: 800 } } },
      outcome: () => used({ tokens: 800, usd: 1.5 }),
    });
    const [head, budget] = runDetails(graph, progress).split('\n\n');
    expect(head).toContain('paused (budget-exceeded)');
    expect(budget).toBe('Budget: calls 1 of 5 · tokens 800 of 1,000 · usd $1.50 of $20.00');
  });

  test('is waited for while calls in flight may give back what they do not use', () => {
    const { log, isPaused } = simulate(planOf({ a: say, b: say, c: say }), {
      budget: tokens(100, 60),
      outcome: () => used({ tokens: 20 }),
    });
    expect(isPaused).toBe(false);
    expect(log.map(({ what, task }) => `${what} ${task}`)).toEqual([
      'start a',
      'end a',
      'start b',
      'end b',
      'start c',
      'end c',
    ]);
  });

  test('holds the items of a forEach, each for itself', () => {
    const { progress, mostInFlight } = simulate(planOf({ each: { ...say, forEach: { items: '{% $input %}' } } }), {
      items: () => 5,
      budget: tokens(100, 25),
      outcome: () => used({ tokens: 25 }),
    });
    expect(mostInFlight).toBe(4);
    expect(progress.tasks['each']!.items).toMatchObject({ next: 4, succeeded: 4, queued: true });
    expect(progress.pausedBecause).toBe('budget-exceeded');
  });

  test('lets what calls nobody go on', () => {
    const { progress } = simulate(planOf({ a: say, w: { wait: '1s' }, ok: { approve: { title: 'ok?' } } }), {
      budget: tokens(10, 11),
    });
    expect(statuses(progress)).toEqual({ a: 'pending', w: 'succeeded', ok: 'succeeded' });
  });

  test('that is raised lets the run go on, as far as that reaches', () => {
    let raised = 0;
    const { progress, isPaused } = simulate(planOf({ a: say, b: say, c: say }), {
      budget: tokens(100, 100),
      outcome: () => used({ tokens: 100 }),
      raise: () => (++raised > 3 ? undefined : { tokens: 50 }),
    });
    expect(isPaused).toBe(true);
    expect(progress.usage.tokens).toBe(200);
    expect(progress.escrow!.limits.tokens!.hard).toBe(250);
  });

  test('counts what was heard of a call that was lost, where it is more than was held', () => {
    const charged = (heard: number) =>
      simulate(planOf({ a: say }), {
        budget: tokens(100, 8),
        outcome: () => ({ ...lost, usage: { ...NO_USAGE, tokens: heard }, lost: true }),
      }).progress.escrow!.spent;
    expect(charged(20)).toEqual({ calls: 1, tokens: 20, usd: 0 });
    expect(charged(3)).toEqual({ calls: 1, tokens: 8, usd: 0 });
    // What is held for a sub-plan may be all that was left: only what is known of a call within it counts.
    const escrow = createEscrow(tokens(100, 8));
    hold(escrow, 'a', { estimate: { ...NO_USAGE, tokens: 90 } });
    release(escrow, 'a', { ...lost, usage: { ...NO_USAGE, tokens: 20 }, lost: true });
    expect(escrow.spent.tokens).toBe(20);
  });

  test('counts failed attempts, and all that was held for a call that was lost', () => {
    const { progress } = simulate(planOf({ a: say, b: say, c: say }, { onFailure: 'continue' }), {
      budget: tokens(100, 30),
      outcome: (task) => (task === 'a' ? failed({ calls: 4, tokens: 12 }) : task === 'b' ? lost : used({ tokens: 1 })),
    });
    expect(progress.escrow).toMatchObject({ spent: { calls: 6, tokens: 43, usd: 0 }, reserved: NO_USAGE, held: {} });
  });

  test('of money is reached exactly, whatever its fractions add up to', () => {
    const { isPaused } = simulate(planOf({ a: say, b: say, c: say }), {
      budget: { budget: { usd: 0.3 }, estimates: { echo: { usd: 0.1 } } },
      outcome: () => used({ usd: 0.1 }),
    });
    expect(isPaused).toBe(false);
  });

  test('of time pauses the run, and is raised', () => {
    const chain = planOf({ a: say, b: { ...say, needs: ['a'] } });
    const late = (progress: Progress) => {
      if (progress.escrow!.late === undefined && progress.tasks['a']!.status === 'succeeded')
        progress.escrow!.late = 'hard';
      return progress;
    };
    const { progress } = simulate(chain, { budget: { budget: { duration: '5ms' } }, between: late });
    expect([progress.pausedBecause, progress.tasks['b']!.status]).toEqual(['budget-exceeded', 'pending']);
    let raised = false;
    const on = simulate(chain, {
      budget: { budget: { duration: '5ms' } },
      between: (now) => (raised ? now : late(now)),
      raise: () => ((raised = true), { duration: '1h' }),
    });
    expect(statuses(on.progress)).toEqual({ a: 'succeeded', b: 'succeeded' });
  });
});

describe('a soft limit', () => {
  const optional: Task = { ...say, optional: true, needs: ['a'] };

  test('leaves out what is optional; joins take it as a condition that was false', () => {
    const { progress, isPaused } = simulate(
      planOf({
        a: say,
        b: optional,
        c: { ...say, needs: ['b'], join: 'none-failed' },
        d: { ...say, needs: ['b'] },
        e: { wait: '1s', optional: true, needs: ['a'] },
      }),
      {
        budget: { budget: { tokens: { soft: 50, hard: 200 } }, estimates: { echo: { tokens: 50 } } },
        outcome: () => used({ tokens: 50 }),
      },
    );
    expect(isPaused).toBe(false);
    expect(statuses(progress)).toEqual({ a: 'succeeded', b: 'skipped', c: 'succeeded', d: 'skipped', e: 'skipped' });
    expect(progress.tasks['b']!.skip).toEqual({ cause: 'budget' });
    expect(progress.tasks['d']!.skip).toEqual({ cause: 'condition', because: 'b' });
  });

  test('that is not written is where the hard one is', () => {
    const { progress, isPaused } = simulate(planOf({ a: say, b: optional }), {
      budget: tokens(100, 60),
      outcome: () => used({ tokens: 60 }),
    });
    expect(isPaused).toBe(false);
    expect(progress.tasks['b']!.status).toBe('skipped');
  });

  test('that is not reached leaves out nothing', () => {
    const { progress } = simulate(planOf({ a: say, b: optional }), {
      budget: { budget: { tokens: { soft: 100, hard: 200 } }, estimates: { echo: { tokens: 50 } } },
      outcome: () => used({ tokens: 50 }),
    });
    expect(progress.tasks['b']!.status).toBe('succeeded');
  });
});

describe('what an agent is expected to use', () => {
  test('is what it declares, or, if that is more, the mean of what its calls have used; calls are not learned', () => {
    const { progress } = simulate(planOf({ a: say, b: say }, { concurrency: 1 }), {
      budget: tokens(1000, 10),
      outcome: (task) => used({ calls: 3, tokens: task === 'a' ? 100 : 51, usd: 0.5 }),
    });
    expect(estimateOf(progress.escrow!, 'echo')).toEqual({ calls: 1, tokens: 76, usd: 0.5 });
    expect(estimateOf(progress.escrow!, 'constructor')).toEqual({ calls: 1, tokens: 0, usd: 0 });
  });

  test('holds back what declares nothing once it is known to cost', () => {
    const { progress } = simulate(planOf({ a: say, b: { ...say, needs: ['a'] } }), {
      budget: { budget: { tokens: 100 } },
      outcome: () => used({ tokens: 60 }),
    });
    expect(statuses(progress)).toEqual({ a: 'succeeded', b: 'pending' });
  });
});

describe('a fallback', () => {
  const withFallback = planOf({ a: { ...say, fallback: { agent: 'spare' } }, b: say }, { concurrency: 1 });

  test('is held for before it is asked, and goes before what has not begun', () => {
    const { progress } = simulate(withFallback, {
      budget: { budget: { tokens: 100 }, estimates: { echo: { tokens: 40 }, spare: { tokens: 60 } } },
      outcome: (task) => (task === 'a' ? failed({ tokens: 40 }) : used({ tokens: 40 })),
      fallback: () => used({ tokens: 60 }),
    });
    expect(statuses(progress)).toEqual({ a: 'succeeded', b: 'pending' });
    expect(progress.escrow!.spent.tokens).toBe(100);
  });

  test('for which there is no room pauses the run, and is asked once the budget is raised', () => {
    const options = {
      budget: { budget: { tokens: 70 }, estimates: { echo: { tokens: 20 }, spare: { tokens: 60 } } },
      outcome: (task: string) => (task === 'a' ? failed({ tokens: 20 }) : used({ tokens: 20 })),
      fallback: () => used({ tokens: 60 }),
    };
    const paused = simulate(withFallback, options);
    expect(paused.isPaused).toBe(true);
    expect(paused.progress.tasks['a']!.status).toBe('running');
    const raised = simulate(withFallback, { ...options, raise: () => ({ tokens: 30 }) });
    expect(statuses(raised.progress)).toEqual({ a: 'succeeded', b: 'succeeded' });
  });
});

describe('10,000 random runs', () => {
  const amounts = fc.record({ calls: fc.nat(12), tokens: fc.nat(300), usd: fc.nat(30).map((cents) => cents / 100) });
  const scenario = fc.record({
    plan: randomPlan,
    seed: fc.nat(),
    hard: amounts,
    softness: fc.integer({ min: 0, max: 100 }),
    limited: fc.subarray([...AMOUNTS], { minLength: 1 }),
    estimates: fc.record({ echo: amounts, spare: amounts, undo: amounts }),
    cancelAfter: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
    raises: fc.nat(3),
  });

  test('never spend above a hard limit where calls use what is expected of them, and end or are paused by the budget', () => {
    let [paused, ended, leftOut] = [0, 0, 0];
    fc.assert(
      fc.property(scenario, ({ plan, seed, hard, softness, limited, estimates, cancelAfter, raises }) => {
        const draw = Object.entries(plan.tasks).map(([id, task]): [string, Task] => {
          const isOptional = roll(seed, 'optional', id) < 30;
          const spare = roll(seed, 'fallback', id) < 30 ? { fallback: { agent: 'spare' } } : {};
          return [id, { ...task, ...spare, ...(isOptional ? { optional: true } : {}) }];
        });
        const budget = Object.fromEntries(
          limited.map((amount) => {
            const soft = (hard[amount] * softness) / 100;
            return [amount, { soft: amount === 'usd' ? soft : Math.floor(soft), hard: hard[amount] }];
          }),
        );
        expect(Budget.safeParse(budget).success).toBe(true);
        const usage = (agent: 'echo' | 'spare', ...at: (string | number)[]): Usage => {
          const most = estimates[agent];
          const share = (amount: (typeof AMOUNTS)[number]) => roll(seed, amount, agent, ...at) / 99;
          return {
            calls: Math.floor(most.calls * share('calls')),
            tokens: Math.floor(most.tokens * share('tokens')),
            usd: most.usd * share('usd'),
          };
        };
        const outcomeOf = (agent: 'echo' | 'spare') => (task: string, index?: number) => {
          const at = [task, index ?? ''];
          const is = roll(seed, 'outcome', agent, ...at);
          if (is < 10) return lost;
          const spent = { usage: usage(agent, ...at) };
          return is < 40 ? { ...failed({}), ...spent } : { ...used({}), ...spent };
        };
        let left = raises;
        const { progress, isPaused } = simulate(
          { ...plan, tasks: Object.fromEntries(draw) },
          {
            budget: { budget, estimates },
            duration: (task, index) => 1 + roll(seed, task, index ?? 'd'),
            outcome: outcomeOf('echo'),
            fallback: outcomeOf('spare'),
            items: (task) => roll(seed, 'items', task) % 5,
            when: (task) => roll(seed, 'when', task) > 30,
            raise: () => (left-- > 0 ? { [limited[0]!]: 5 } : undefined),
            ...(cancelAfter === undefined ? {} : { cancelAfter }),
            between: (now) => {
              for (const amount of limited) {
                const { spent, reserved, limits } = now.escrow!;
                expect(spent[amount] + reserved[amount]).toBeLessThanOrEqual(limits[amount]!.hard + 1e-6);
              }
              return now;
            },
          },
        );
        if (isPaused) paused++;
        else {
          ended++;
          expect(progress.escrow).toMatchObject({ held: {}, reserved: NO_USAGE, fallbacks: [] });
        }
        if (Object.values(progress.tasks).some(({ skip }) => skip?.cause === 'budget')) leftOut++;
        const { hard: most } = parseLimits(budget)[limited[0]!]!;
        expect(progress.escrow!.limits[limited[0]!]!.hard).toBeCloseTo(most + 5 * (raises - Math.max(0, left)), 6);
      }),
      { numRuns: 10_000 },
    );
    // All of it has happened.
    expect(Math.min(paused, ended, leftOut)).toBeGreaterThan(500);
  });
});
