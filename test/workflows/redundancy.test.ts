// Several calls for one answer: chains of fallbacks, hedges, races, votes; seen from the agents, on a server that skips time.
import { describe, expect, test } from 'vitest';
import { AgentError } from '../../src/activities/errors/agent-error.js';
import type { AgentContext } from '../../src/domain/agent/agent.js';
import type { Plan, Task } from '../../src/domain/plan/plan.js';
import { gate, untilAborted } from '../support/gate.js';
import { useDevServer, type TestAgents } from '../support/temporal.js';

const temporal = useDevServer();

const one = (task: Task, more: Partial<Plan> = {}): Plan => ({ name: 'one', tasks: { it: task }, ...more });
const refuses = () => Promise.reject(new AgentError('no', { retryable: false }));
/** Answers once it is told to end, as an agent does that is at work. */
const held = (ended: string[] = [], name = 'held') => ({
  heartbeat: '600ms',
  run: async (_: unknown, { signal, usage }: AgentContext) => {
    usage({ tokens: 7 });
    await untilAborted(signal).finally(() => ended.push(name));
  },
});
const paid =
  (answer: unknown) =>
  (_: unknown, { usage }: AgentContext) => {
    usage({ tokens: 10 });
    return answer;
  };

describe('a chain of fallbacks', () => {
  const chain: Task = {
    agent: 'no',
    input: { x: 1 },
    fallback: [{ agent: 'no2' }, { agent: 'echo', input: { why: '{% $failure.message %}' } }, { agent: 'never' }],
  };
  const agents: TestAgents = {
    no: refuses,
    no2: () => Promise.reject(new AgentError('no2', { retryable: false })),
    never: () => 'never',
  };

  test('fallbacks are called in turn until one answers, each with the failure before it', async () => {
    const { result, calls } = await temporal.start(one(chain), { agents, id: 'chain' });
    const { tasks } = await result();
    expect(tasks['it']).toMatchObject({ status: 'succeeded', agent: 'echo', output: { why: 'no2' }, attempts: 3 });
    expect(calls.map(({ agent, key }) => `${agent} ${key}`)).toEqual([
      'no chain/it',
      'no2 chain/it:fallback',
      'echo chain/it:fallback:2',
    ]);
  });

  test('each fallback is covered by the budget', async () => {
    const { usage, budget } = await temporal.run(one(chain, { budget: { calls: 3 } }), { agents });
    expect({ usage, budget }).toMatchObject({
      usage: { calls: 3 },
      budget: { spent: { calls: 3 }, reserved: { calls: 0 } },
    });
  });
});

describe('a race', () => {
  test('the first success wins a race; the other call is cancelled, awaited and counted', async () => {
    const ended: string[] = [];
    const begun = gate();
    const plan = one(
      { race: ['slow', 'no', 'fast'], input: 1, compensate: { agent: 'undo', input: '{% $output %}' } },
      { budget: { tokens: 1000 } },
    );
    plan.tasks['after'] = { agent: 'after', needs: ['it'] };
    const { result, calls } = await temporal.start(plan, {
      id: 'race',
      agents: {
        slow: {
          ...held(ended, 'slow'),
          run: (input, context) => (begun.open(), held(ended, 'slow').run(input, context)),
        },
        no: refuses,
        fast: async (input, context) => {
          await begun.opened;
          return paid('fast')(input, context);
        },
        after: () => {
          ended.push('after');
          return refuses();
        },
        undo: (input) => input,
      },
    });
    const { tasks, usage, budget, compensated } = await result();
    expect(tasks['it']).toMatchObject({ status: 'compensated', agent: 'fast', output: 'fast', attempts: 3 });
    expect(ended).toEqual(['slow', 'after']);
    expect(compensated).toEqual(['it']);
    expect(calls.filter(({ agent }) => agent === 'undo')).toMatchObject([{ input: 'fast', key: 'race/it:compensate' }]);
    expect(usage).toMatchObject({ calls: 5, tokens: 17 });
    expect(budget).toMatchObject({ spent: { tokens: 17 }, reserved: { tokens: 0 } });
    const keys = calls.filter(({ task }) => task === 'it').map(({ key }) => key);
    expect(keys.slice(0, 3).sort()).toEqual(['race/it:race:fast', 'race/it:race:no', 'race/it:race:slow']);
  });

  test('a race without a success fails, and its fallback is called', async () => {
    const plan = one({ race: ['no', 'no2'], fallback: { agent: 'echo', input: '{% $failure.type %}' } });
    const { tasks } = await temporal.run(plan, { agents: { no: refuses, no2: refuses } });
    expect(tasks['it']).toMatchObject({ status: 'succeeded', agent: 'echo', output: 'AllFailed', attempts: 3 });
  });

  test('a race does not start without room for all of its calls', async () => {
    const plan = one({ race: ['a', 'b', 'c'] }, { budget: { calls: 2 } });
    const { run, result, calls } = await temporal.start(plan, { agents: { a: () => 1, b: () => 1, c: () => 1 } });
    await expect.poll(async () => (await run.snapshot()).pausedBecause).toBe('budget-exceeded');
    expect(calls).toEqual([]);
    await run.raiseBudget({ calls: 1 });
    expect(await result()).toMatchObject({ status: 'completed', budget: { reserved: { calls: 0 } } });
  });

  test('all calls of a race count against the concurrency of the run', async () => {
    let [now, most] = [0, 0];
    const counts = async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 20));
      now--;
    };
    const items = Array.from({ length: 6 }, (_, n) => n);
    const vote = { agents: ['a', 'b', 'c'], quorum: 3 };
    const plan = one({ vote, forEach: { items }, input: '{% $item %}' }, { concurrency: 6 });
    const { status } = await temporal.run(plan, { agents: { a: counts, b: counts, c: counts } });
    expect(status).toBe('completed');
    expect(most).toBeLessThanOrEqual(6);
  });

  test('a race is cancelled with its run', async () => {
    const begun = gate();
    const { run, result } = await temporal.start(one({ race: ['a', 'b'] }), {
      agents: { a: { ...held(), run: (input, context) => (begun.open(), held().run(input, context)) }, b: held() },
    });
    await begun.opened;
    await run.cancel();
    expect((await result()).tasks['it']).toMatchObject({ status: 'unknown', failure: { type: 'Cancelled' } });
  });
});

describe('a vote', () => {
  const vote: Task = { vote: { agents: ['a', 'b', 'c'], quorum: 2 }, input: { n: 1 } };

  test('a vote returns the answer of a quorum, and names the agents that gave it', async () => {
    const { tasks, usage } = await temporal.run(one(vote), {
      agents: { a: paid({ x: 1, y: 2 }), b: paid('other'), c: paid({ y: 2, x: 1 }) },
    });
    expect(tasks['it']).toMatchObject({ status: 'succeeded', output: { x: 1, y: 2 } });
    expect(['a, c', 'c, a']).toContain(tasks['it']!.agent);
    expect(usage.tokens).toBe(30);
  });

  test('a vote does not wait for agents that cannot change the result', async () => {
    const ended: string[] = [];
    const { tasks } = await temporal.run(one(vote), { agents: { a: () => 1, b: held(ended), c: () => 1 } });
    expect(tasks['it']).toMatchObject({ status: 'succeeded', output: 1 });
    expect(ended).toEqual(['held']);
  });

  test('a vote without a quorum fails, and lists the answers by agent', async () => {
    const { tasks } = await temporal.run(one(vote), { agents: { a: () => 1, b: () => 2, c: refuses } });
    expect(tasks['it']).toMatchObject({ status: 'failed', agent: '2 of a, b, c', failure: { type: 'NoQuorum' } });
    const said = tasks['it']!.failure!.details as { agent: string; said: string }[];
    expect(said.map(({ agent, said: what }) => `${agent} ${what}`).sort()).toEqual([
      'a 1',
      'b 2',
      'c AgentRefused: no',
    ]);
  });

  test('a vote in a fork reuses the answers of its calls, and no agent is called', async () => {
    const agents: TestAgents = { a: () => 1, b: () => 2, c: () => 1, no: refuses };
    const plan: Plan = {
      name: 'forked',
      onFailure: 'stop',
      tasks: { it: vote, won: { race: ['a', 'no'] }, last: { agent: 'no', needs: ['it', 'won'] } },
    };
    const old = await temporal.start(plan, { agents });
    await old.result();
    const fork = await temporal.start(plan, { agents: { ...agents, no: () => 3 }, forkOf: { run: old.id } });
    const { tasks } = await fork.result();
    expect(tasks).toMatchObject({ it: { output: 1, reused: old.id }, won: { output: 1, reused: old.id } });
    expect(fork.said()).toEqual(['no last']);
  });
});

describe('a hedge', () => {
  test('a hedge calls the same agent again with the same key, and the slow call is cancelled', async () => {
    const ended: string[] = [];
    let calls = 0;
    const started = await temporal.start(one({ agent: 'slow', hedge: { after: '200ms' } }), {
      id: 'hedge',
      agents: {
        slow: {
          heartbeat: '600ms',
          run: (input, context) => (++calls === 1 ? held(ended).run(input, context) : paid('second')(input, context)),
        },
      },
    });
    const { tasks, usage } = await started.result();
    expect(tasks['it']).toMatchObject({ status: 'succeeded', agent: 'slow', output: 'second', attempts: 2 });
    expect(started.calls.map(({ key }) => key)).toEqual(['hedge/it', 'hedge/it']);
    expect(ended).toEqual(['held']);
    expect(usage).toMatchObject({ calls: 2, tokens: 17 });
  });

  test('a call that answers in time or has failed is not hedged', async () => {
    const plan: Plan = {
      name: 'p',
      onFailure: 'continue',
      tasks: { a: { agent: 'echo', hedge: { after: '1h' } }, b: { agent: 'no', hedge: { after: '1h' } } },
    };
    const { result, said } = await temporal.start(plan, { agents: { no: refuses } });
    expect((await result()).tasks).toMatchObject({
      a: { status: 'succeeded' },
      b: { failure: { type: 'AgentRefused' } },
    });
    expect(said().sort()).toEqual(['echo a', 'no b']);
  });

  test('a call is hedged at most max times, and a call of an item too', async () => {
    let calls = 0;
    const task: Task = { agent: 'slow', forEach: { items: ['x'] }, hedge: { after: '50ms', max: 3 } };
    const { result, said } = await temporal.start(one(task), {
      agents: {
        slow: { heartbeat: '600ms', run: (input, context) => (++calls < 3 ? held().run(input, context) : 'third') },
      },
    });
    expect((await result()).tasks['it']!.output).toEqual(['third']);
    expect(said()).toEqual(['slow it[0]', 'slow it[0]', 'slow it[0]']);
  });

  test('a call is not hedged if the budget has no room for it', async () => {
    const freed = gate();
    const plan = one({ agent: 'slow', hedge: { after: '20ms' } }, { budget: { calls: 1 } });
    plan.tasks['tick'] = { wait: '300ms' };
    const started = await temporal.start(plan, { agents: { slow: () => freed.opened.then(() => 'alone') } });
    await expect.poll(async () => (await started.run.snapshot()).tasks['tick']!.status).toBe('succeeded');
    freed.open();
    expect(await started.result()).toMatchObject({ status: 'completed', budget: { spent: { calls: 1 } } });
    expect(started.calls).toHaveLength(1);
  });

  test('a fork reuses the answer of a hedge', async () => {
    let calls = 0;
    const plan: Plan = {
      name: 'hedged',
      onFailure: 'stop',
      tasks: { it: { agent: 'slow', hedge: { after: '50ms' } }, last: { agent: 'no', needs: ['it'] } },
    };
    const slow: TestAgents[string] = {
      heartbeat: '600ms',
      run: (input, context) => (++calls === 1 ? held().run(input, context) : 'second'),
    };
    const old = await temporal.start(plan, { agents: { slow, no: refuses } });
    await old.result();
    const fork = await temporal.start(plan, { agents: { slow, no: () => 1 }, forkOf: { run: old.id } });
    expect((await fork.result()).tasks['it']).toMatchObject({ output: 'second', reused: old.id });
    expect(fork.said()).toEqual(['no last']);
  });
});
