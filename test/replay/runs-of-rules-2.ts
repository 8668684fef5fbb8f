// Runs of what rules 2 (`src/domain/rules.ts`) have changed.
import { AgentError } from '../../src/activities/errors/agent-error.js';
import type { Plan, Task } from '../../src/domain/plan/plan.js';
import { gate, untilAborted } from '../support/gate.js';
import type { TestAgents, TestRun } from '../support/temporal.js';
import { refuses, undoable, type KeptRun } from './kept-run.js';

const cut = new AgentError('cut', { type: 'NoAnswer' });
const cutForAnHour = new AgentError('cut', { type: 'NoAnswer', retryAfterMs: 3_600_000 });
const busyForAnHour = new AgentError('busy', { type: 'Overloaded', retryAfterMs: 3_600_000 });

/** Once so many calls have failed and wait for their next attempt. */
async function whenRetrying(run: TestRun['run'], calls: number): Promise<void> {
  for (;;) {
    const { pendingActivities } = (await run.describe()).raw;
    const failed = (pendingActivities ?? []).filter(({ lastFailure }) => lastFailure?.message !== undefined);
    if (failed.length === calls) return;
  }
}

/** A sub-plan that is cancelled while one call is in flight. */
function cancelledSubPlan(): KeptRun {
  const begun = gate();
  const agents: TestAgents = {
    hang: (_, { signal }) => {
      begun.open();
      return untilAborted(signal);
    },
  };
  const inner: Plan = {
    name: 'inner',
    tasks: { a: undoable(), hang: { agent: 'hang', heartbeat: '600ms', needs: ['a'] }, nap: { wait: '1d' } },
  };
  return {
    name: 'sub-plan-cancelled',
    plan: { name: 'outer', tasks: { first: undoable(), sub: { plan: inner, needs: ['first'] } } },
    options: { agents },
    act: async (run) => {
      await begun.opened;
      await run.cancel();
    },
    children: ['sub'],
  };
}

const stuck = (...needs: string[]): Task => ({ agent: 'echo', needs, compensate: { agent: 'brokenOnce' } });

/** Refuses the first call of each task. */
function brokenOnce(): NonNullable<TestAgents[string]> {
  const asked = new Set<string>();
  return (_, { correlation: { task } }) => (asked.has(task) ? null : (asked.add(task), refuses()));
}

const failing = (task: Task): Plan => ({
  name: 'inner',
  onFailure: 'stop',
  tasks: { x: undoable(), y: { ...task, needs: ['x'] }, no: { agent: 'no', needs: ['y'] } },
});

export const RUNS_OF_RULES_2: readonly KeptRun[] = [
  {
    name: 'expressions-spread',
    plan: {
      name: 'spread',
      concurrency: 12,
      tasks: {
        each: {
          agent: 'echo',
          forEach: { items: '{% [1..12] %}' },
          input: '{% $count([1..60000].($ * 2 & "")) + $index %}',
        },
      },
      output: '{% $sum($tasks.each.output) %}',
    },
  },
  cancelledSubPlan(),
  {
    name: 'failed-sub-plan-undone',
    plan: {
      name: 'outer',
      tasks: {
        first: undoable(),
        sub: { plan: failing(undoable()), needs: ['first'] },
      },
    },
    options: { agents: { no: refuses } },
    children: ['sub', 'sub:compensate'],
  },
  {
    name: 'debt-tried-again',
    plan: {
      name: 'outer',
      tasks: { first: stuck(), sub: { plan: failing(stuck()), needs: ['first'] } },
    },
    options: { agents: { no: refuses, brokenOnce: brokenOnce() } },
    isTriedAgain: true,
    children: ['sub', 'sub:compensate', 'sub:compensate-1'],
  },
  {
    name: 'cancelled-between-attempts',
    plan: {
      name: 'between',
      tasks: {
        unknown: { agent: 'cut', compensate: { agent: 'echo' } },
        answered: { agent: 'busy', compensate: { agent: 'echo' } },
      },
    },
    options: { agents: { cut: () => Promise.reject(cutForAnHour), busy: () => Promise.reject(busyForAnHour) } },
    act: async (run) => {
      await whenRetrying(run, 2);
      await run.cancel();
    },
  },
  {
    name: 'first-attempt-without-answer',
    plan: {
      name: 'unanswered',
      onFailure: 'compensate',
      tasks: {
        order: { agent: 'cutThenRefuses', retry: { attempts: 2, initial: '10ms' }, compensate: { agent: 'echo' } },
      },
    },
    options: {
      agents: { cutThenRefuses: (_, { attempt }) => (attempt === 1 ? Promise.reject(cut) : refuses()) },
    },
  },
];
