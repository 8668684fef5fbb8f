// A hedge of an agent with a pool: the answer comes from another resource than that of the slow first call.
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { functionAgent } from '../../src/activities/agents/function-agent.js';
import type { Plan } from '../../src/domain/plan/plan.js';
import { useWorkers } from '../support/workers.js';

const workers = useWorkers();

test('hedge: it goes to another resource, although the strategy would choose the same one', async () => {
  const asked: string[] = [];
  const agent = functionAgent({
    type: 'asker',
    pool: { name: 'two', key: '{% $input.key %}' },
    run: async (_input, context) => {
      const id = context.resource!.id;
      asked.push(id);
      if (asked.length > 1) return id;
      await once(context.signal, 'abort');
      return 'never';
    },
  });
  const pools = [
    {
      name: 'two',
      strategy: 'sticky' as const,
      resources: [
        { id: 'a', capacity: 10 },
        { id: 'b', capacity: 10 },
      ],
    },
  ];
  await workers.start({ agents: [agent], pools, taskQueues: ['hedged'] });
  const plan: Plan = {
    name: 'hedged',
    tasks: { ask: { agent: 'asker', input: { key: 'k' }, hedge: { after: '1s' } } },
    output: '{% $tasks.ask.output %}',
  };
  const result = await (await workers.baton([agent], 'hedged').start(plan)).result();
  expect(result).toMatchObject({ status: 'completed', output: asked[1] });
  expect(new Set(asked)).toEqual(new Set(['a', 'b']));
});
