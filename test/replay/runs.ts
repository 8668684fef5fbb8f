// The runs whose histories are kept: one for each thing that decides on the order of commands.
import type { Plan } from '../../src/domain/plan/plan.js';
import type { PlannerRequest } from '../../src/domain/planning/request.js';
import { untilAborted } from '../support/gate.js';
import type { RunOptions, TestRun } from '../support/temporal.js';
import { refuses, undoable, whenRunning, type KeptRun } from './kept-run.js';
import { RUNS_OF_RULES_2 } from './runs-of-rules-2.js';
import { RUNS_OF_RULES_3 } from './runs-of-rules-3.js';

/** Made of a goal, at the second try. */
const made: Plan = {
  name: 'made',
  tasks: { x: undoable(), y: { agent: 'echo', input: '{% $input.n %}', needs: ['x'] } },
  output: '{% $tasks.y.output %}',
};

/** Once it shows its plan to a person. */
async function whenAsking(run: TestRun['run'], task: string): Promise<void> {
  for (;;) if ((await run.snapshot()).tasks[task]?.asks === true) return;
}

/** Answers only when it is asked again. */
function slowAtFirst(): NonNullable<NonNullable<RunOptions['agents']>[string]> {
  let calls = 0;
  return (_, { signal }) => (++calls === 1 ? untilAborted(signal) : 'second');
}

const FORKED: Plan = {
  name: 'forked',
  tasks: {
    a: { agent: 'echo', forEach: { items: '{% $input.items %}' }, input: '{% $item %}' },
    ok: { approve: { title: 'ok?' }, needs: ['a'] },
    nap: { wait: '1ms', needs: ['no'] },
    sub: { plan: { name: 'inner', tasks: { b: { agent: 'echo' }, nap: { wait: '1ms' } } }, needs: ['ok'] },
    anew: { agent: 'echo', needs: ['ok'] },
    no: { agent: 'no', needs: ['sub', 'anew'] },
  },
};

export const KEPT_RUNS: readonly KeptRun[] = [
  {
    name: 'diamond',
    plan: {
      name: 'diamond',
      tasks: {
        a: { agent: 'echo', input: 1, priority: 2 },
        b: { agent: 'echo', input: '{% $tasks.a.output + 1 %}' },
        c: { agent: 'echo', input: '{% $tasks.a.output %}' },
        d: { agent: 'echo', input: '{% [$tasks.b.output, $tasks.c.output] %}' },
      },
      output: '{% $tasks.d.output %}',
    },
  },
  {
    name: 'joins-and-conditions',
    plan: {
      name: 'joins',
      onFailure: 'continue',
      tasks: {
        a: { agent: 'echo' },
        no: { agent: 'no' },
        off: { agent: 'echo', when: '{% $input.off %}' },
        on: { agent: 'echo', when: '{% $not($input.off) %}' },
        any: { agent: 'echo', needs: ['a', 'no', 'off'], join: 'any-succeeded' },
        failed: { agent: 'echo', needs: ['a', 'no'], join: 'any-failed' },
        done: { agent: 'echo', needs: ['any', 'failed', 'on'], join: 'all-done' },
      },
    },
    options: { agents: { no: refuses }, input: { off: false } },
  },
  {
    name: 'saga',
    plan: {
      name: 'saga',
      tasks: { a: undoable(), b: undoable(['a']), c: undoable(['a']), d: { agent: 'no', needs: ['b', 'c'] } },
    },
    options: { agents: { no: refuses } },
  },
  {
    name: 'for-each-with-failures',
    plan: {
      name: 'each',
      tasks: {
        each: {
          agent: 'odd',
          forEach: { items: '{% $input.items %}', concurrency: 2, tolerate: '60%' },
          input: '{% $item %}',
          fallback: { agent: 'echo', input: '{% $failure.message %}' },
        },
      },
    },
    options: { agents: { odd: (n) => (Number(n) % 2 === 0 ? n : refuses()) }, input: { items: [0, 1, 2, 3, 4] } },
  },
  {
    name: 'too-many-failures',
    plan: {
      name: 'each',
      tasks: {
        each: { ...undoable(), agent: 'odd', forEach: { items: [0, 1, 2, 3], concurrency: 1 }, input: '{% $item %}' },
      },
    },
    options: { agents: { odd: (n) => (n !== 2 ? n : refuses()) } },
  },
  {
    name: 'sub-plan-undone',
    plan: {
      name: 'outer',
      tasks: {
        sub: {
          plan: {
            name: 'inner',
            input: { type: 'object' },
            tasks: { x: undoable(), y: undoable(['x']) },
            output: '{% $tasks.y.output %}',
          },
          timeout: '1h',
          input: {},
        },
        no: { agent: 'no', needs: ['sub'] },
      },
    },
    options: { agents: { no: refuses } },
    children: ['sub', 'sub:compensate'],
  },
  {
    name: 'cut-while-undoing',
    plan: {
      name: 'cut',
      tasks: {
        ok: { approve: { title: 'ok?' } },
        nap: { wait: '1s' },
        each: { ...undoable(), forEach: { items: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], concurrency: 2 } },
        a: undoable(['each']),
        no: { agent: 'no', needs: ['a', 'ok', 'nap'] },
      },
    },
    options: { agents: { no: refuses } },
    act: async (run) => {
      await whenRunning(run, 'ok');
      await run.approve('ok');
    },
    isCut: true,
  },
  {
    name: 'approval-event-and-wait',
    plan: {
      name: 'waiting',
      tasks: {
        ok: { approve: { title: 'ok?', timeout: '1d' } },
        go: { event: { name: 'go', timeout: '1d' }, needs: ['ok'] },
        nap: { wait: '1s', needs: ['go'] },
      },
    },
    act: async (run) => {
      await run.approve('ok');
      await run.deliverEvent('go', 1);
    },
  },
  {
    name: 'paused-and-skipped',
    plan: {
      name: 'acting',
      tasks: {
        ok: { approve: { title: 'ok?' } },
        a: { agent: 'echo', needs: ['ok'] },
        b: { agent: 'echo', needs: ['a'], join: 'none-failed' },
      },
    },
    act: async (run) => {
      await run.pause();
      await run.skipTask('a');
      await run.approve('ok');
      await run.resume();
    },
  },
  {
    name: 'cancelled',
    plan: {
      name: 'cancelled',
      tasks: { a: undoable(), ok: { approve: { title: 'ok?' }, needs: ['a'] }, w: { wait: '1d' } },
    },
    act: async (run) => {
      await whenRunning(run, 'ok');
      await run.cancel();
    },
  },
  {
    name: 'budget-raised',
    plan: {
      name: 'budget',
      budget: { tokens: { soft: 10, hard: 15 }, duration: '1d' },
      tasks: {
        a: { agent: 'no', fallback: { agent: 'paid' } },
        extra: { agent: 'paid', needs: ['a'], optional: true },
        sub: { plan: { name: 'sub', tasks: { x: { agent: 'paid' } } }, needs: ['a'] },
      },
    },
    options: {
      agents: {
        no: refuses,
        paid: { estimate: { tokens: 10 }, run: (_, { usage }) => usage({ tokens: 10 }) },
      },
    },
    // The sub-plan runs short, and so does the run above.
    act: async (run) => {
      while ((await run.snapshot()).status !== 'paused');
      await run.raiseBudget({ tokens: 5 });
    },
    children: ['sub'],
  },
  {
    name: 'planned-anew',
    plan: {
      name: 'anew',
      onFailure: 'replan',
      replan: { planner: 'planner' },
      budget: { tokens: 100 },
      tasks: { a: undoable(), b: undoable(['a']), no: { agent: 'no', needs: ['b'] } },
    },
    options: {
      agents: {
        no: refuses,
        // Wrong at first: it is told so.
        planner: (request) => ({
          tasks: {
            no: { agent: (request as { rejected?: object }).rejected === undefined ? 'nobody' : 'echo', needs: ['a'] },
          },
        }),
      },
    },
  },
  {
    name: 'retried-and-too-late',
    plan: {
      name: 'retried',
      tasks: {
        flaky: { agent: 'flaky', retry: { attempts: 3, initial: '1ms' }, deadline: '1h' },
        late: {
          agent: 'late',
          needs: ['flaky'],
          timeout: '10ms',
          retry: { attempts: 1 },
          compensate: { agent: 'echo' },
        },
      },
    },
    options: {
      agents: {
        flaky: (_, { attempt }) => (attempt < 3 ? Promise.reject(new Error('not yet')) : null),
        late: (_, { signal }) =>
          new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('late')))),
      },
    },
  },
  {
    name: 'goal-planned-and-approved',
    plan: {
      name: 'goal',
      tasks: {
        solve: {
          decompose: { goal: 'say it', planner: 'planner', approve: true, aggregate: { agent: 'teller' } },
          input: { n: 7 },
        },
        told: {
          decompose: { goal: 'say it again', planner: 'planner', aggregate: '{% $output + 1 %}' },
          input: { n: 8 },
          needs: ['solve'],
        },
      },
      output: '{% $tasks.told.output %}',
    },
    options: {
      agents: {
        planner: (request) => ((request as PlannerRequest).rejected === undefined ? { tasks: {} } : made),
        teller: (given) => given,
      },
    },
    act: async (run) => {
      await whenAsking(run, 'solve');
      await run.approve('solve', { by: 'somebody' });
    },
    children: ['solve', 'told'],
  },
  {
    name: 'fork',
    old: {
      plan: { ...FORKED, onFailure: 'stop' },
      options: { agents: { no: refuses }, input: { items: [1, 2] } },
      act: async (run) => {
        await whenRunning(run, 'ok');
        await run.approve('ok');
      },
    },
    plan: { ...FORKED, tasks: { ...FORKED.tasks, cached: { agent: 'echo', cache: { ttl: '1h' } } } },
    options: { agents: { no: () => null }, input: { items: [1, 2] }, forkOf: { run: 'fork-old', from: ['anew'] } },
    children: ['sub'],
  },
  {
    name: 'several-for-one',
    plan: {
      name: 'several',
      budget: { calls: 30 },
      tasks: {
        won: { race: ['no', 'echo'], input: 1, compensate: { agent: 'echo' } },
        agreed: {
          vote: { agents: ['echo', 'same', 'no'], quorum: 2 },
          forEach: { items: [1, 3] },
          input: '{% $item %}',
        },
        apart: {
          vote: { agents: ['echo', 'same'], quorum: 2 },
          input: 2,
          fallback: [{ agent: 'no' }, { agent: 'echo' }],
        },
        again: { agent: 'slowAtFirst', heartbeat: '1s', hedge: { after: '50ms', max: 3 } },
        last: { agent: 'no', needs: ['won', 'agreed', 'apart', 'again'] },
      },
    },
    options: {
      agents: {
        no: refuses,
        same: (input) => (input === 2 ? 'another' : input),
        slowAtFirst: slowAtFirst(),
      },
    },
  },
  ...RUNS_OF_RULES_2,
  ...RUNS_OF_RULES_3,
];
