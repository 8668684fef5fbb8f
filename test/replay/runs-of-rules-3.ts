// Runs of what rules 3 (`src/domain/rules.ts`) have changed.
import { once } from 'node:events';
import { refuses, undoable, whenRunning, type KeptRun } from './kept-run.js';

const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

export const RUNS_OF_RULES_3: readonly KeptRun[] = [
  {
    // It reports that an approval waits, and that it has ended.
    name: 'notices',
    plan: {
      name: 'publish',
      tasks: { ask: { approve: { title: 'Publish?', timeout: '1h' } }, publish: { agent: 'echo', needs: ['ask'] } },
    },
    act: async (run) => {
      await whenRunning(run, 'ask');
      await run.approve('ask');
    },
    notifies: true,
  },
  {
    // Until the first item has ended, not all of them start.
    name: 'outputs-in-flight',
    plan: { name: 'many', tasks: { each: { agent: 'echo', forEach: { items: numbers(25) }, input: '{% $item %}' } } },
  },
  {
    // What it carries on would not fit otherwise.
    name: 'unread-outputs',
    plan: {
      name: 'chain',
      tasks: Object.fromEntries(
        numbers(12).map((n) => [`c${n}`, { agent: 'text', needs: n === 0 ? [] : [`c${n - 1}`] }]),
      ),
      output: '{% $tasks.c0.output %}',
    },
    options: { agents: { text: () => 'x'.repeat(1000) }, valueLimit: 9_000 },
    isCut: true,
  },
  {
    // A path over one file is a list; the input of the sub-plan has a default; the question is evaluated.
    name: 'as-it-was-sent',
    plan: {
      name: 'publish',
      tasks: {
        list: { agent: 'echo', input: { files: [{ name: 'f0', pairs: [[1, 2]] }] } },
        names: { agent: 'echo', forEach: { items: '{% $tasks.list.output.files.name %}' }, input: '{% $item %}' },
        pairs: {
          agent: 'echo',
          forEach: { items: '{% $tasks.list.output.files.pairs[$count($) = 2] %}' },
          input: '{% $item %}',
        },
        sub: {
          plan: {
            name: 'sub',
            input: { type: 'object', properties: { mode: { type: 'string', default: 'fast' } } },
            tasks: { say: { agent: 'echo', input: '{% $input.mode %}' } },
            output: '{% $tasks.say.output %}',
          },
        },
        none: { agent: 'echo', forEach: { items: '{% 1 = 1 ? null : [] %}' }, needs: ['names'] },
        ok: { approve: { title: "{% 'Publish ' & $tasks.names.output[0] & '?' %}", description: 'All of it.' } },
      },
      onFailure: 'continue',
    },
    act: async (run) => {
      await whenRunning(run, 'ok');
      await run.approve('ok');
    },
    children: ['sub'],
  },
  {
    // It records what it waits for and what it undoes, and its sub-plan does so, too.
    name: 'states',
    plan: {
      name: 'states',
      tasks: {
        a: undoable(),
        ok: { approve: { title: 'ok?' }, needs: ['a'] },
        paid: { event: "{% 'pa' & 'id' %}", needs: ['ok'] },
        sub: {
          plan: {
            name: 'inner',
            tasks: { sure: { approve: { title: 'sure?', timeout: '1s', onTimeout: 'approve' } } },
          },
          needs: ['paid'],
        },
        no: { agent: 'no', needs: ['sub'] },
      },
    },
    options: { agents: { no: refuses } },
    async act(run) {
      await whenRunning(run, 'ok');
      await run.approve('ok');
      await whenRunning(run, 'paid');
      await run.deliverEvent('paid');
    },
    children: ['sub'],
  },
  {
    // It publishes an event, one for each item, and one to a broker that the worker does not have; then it undoes the first.
    name: 'publishes',
    plan: {
      name: 'publishes',
      tasks: {
        a: {
          publish: { broker: 'bus', to: 'orders', type: 'created', key: '{% $input.id %}', data: { n: 1 } },
          compensate: { agent: 'echo', input: '{% $output.id %}' },
        },
        each: {
          forEach: { items: [1, 2] },
          publish: { broker: 'bus', to: 'items', type: 'item', data: '{% $item %}' },
          needs: ['a'],
        },
        none: {
          publish: { broker: 'nowhere', to: 'q', type: 'x' },
          retry: { attempts: 2, initial: '10ms' },
          needs: ['each'],
        },
      },
    },
    options: { input: { id: 7 }, agents: { echo: (input: unknown) => input } },
  },
  {
    // Its last command in each execution exports its trace; so does that of its sub-plan, and of the undo of that.
    name: 'traced',
    plan: {
      name: 'traced',
      tasks: {
        a: { agent: 'flaky', retry: { initial: '1ms' }, compensate: { agent: 'echo' } },
        sub: { plan: { name: 'sub', tasks: { x: undoable() } }, needs: ['a'] },
        last: { agent: 'refuses', needs: ['sub'] },
      },
    },
    options: {
      correlationId: 'order-42',
      isTraced: true,
      agents: {
        refuses,
        flaky: (_, { attempt }) => {
          if (attempt === 1) throw new Error('not yet');
          return attempt;
        },
      },
    },
    isCut: true,
    children: ['sub', 'sub:compensate'],
  },
  {
    // A race is won while another agent is at work, whose call is cancelled.
    name: 'race-won',
    plan: {
      name: 'race',
      tasks: { first: { race: ['slow', 'echo'], input: 1 }, next: { agent: 'echo', needs: ['first'] } },
    },
    options: { agents: { slow: (_, { signal }) => once(signal, 'abort') } },
  },
];
