import { expect, test } from 'vitest';
import type { Plan } from '../../../src/domain/plan/plan.js';
import { undoRecordOf } from '../../../src/domain/progress/undo-record.js';
import { simulate } from '../../support/simulate.js';

const plan: Plan = {
  name: 'p',
  tasks: {
    read: { agent: 'a' },
    unread: { agent: 'a' },
    done: { agent: 'a', needs: ['read', 'unread'], compensate: { agent: 'b', input: '{% $tasks.read.output %}' } },
    each: {
      agent: 'a',
      forEach: { items: '{% $tasks.list.output %}' },
      compensate: { agent: 'b', input: '{% $item %}' },
    },
    list: { agent: 'a' },
    plain: { agent: 'a', forEach: { items: [1, 2] } },
  },
};

test('what nobody will ask for when a sub-plan is undone is not kept', () => {
  const { graph, progress } = simulate(plan, {
    outcome: (task) => ({
      status: 'succeeded',
      output: `of ${task}`,
      attempts: 1,
      usage: { calls: 1, tokens: 0, usd: 0 },
    }),
  });
  const kept = undoRecordOf(graph, progress);
  const outputs = Object.entries(kept.tasks).map(([id, { output }]) => [id, output] as const);
  expect(Object.fromEntries(outputs)).toMatchObject({ read: 'of read', done: 'of done', list: 'of list' });
  expect(kept.tasks['unread']).not.toHaveProperty('output');
  expect(kept.tasks['plain']!.items!.ended[0]).toEqual({ status: 'succeeded' });
  expect(kept.tasks['each']!.items!.ended[0]).toEqual({ status: 'succeeded', output: 'of each' });
  expect(kept.usage.calls).toBe(0);
  expect(Object.keys(kept.tasks)).toEqual(
    Object.keys(progress.tasks).toSorted((a, b) => graph.order.indexOf(a) - graph.order.indexOf(b)),
  );
});

test('the progress of the run itself is not changed by it', () => {
  const { graph, progress } = simulate(plan);
  const before = structuredClone(progress);
  undoRecordOf(graph, progress);
  expect(progress).toEqual(before);
});
