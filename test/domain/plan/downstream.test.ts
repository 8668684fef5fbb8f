import { describe, expect, test } from 'vitest';
import { checkFrom, downstreamOf } from '../../../src/domain/plan/downstream.js';
import { needsWithoutOutput } from '../../../src/domain/progress/fork.js';
import { buildGraph } from '../../../src/domain/plan/graph.js';
import type { Plan } from '../../../src/domain/plan/plan.js';
import { createProgress, stateOf } from '../../../src/domain/progress/progress.js';

const say = { agent: 'say' };
const plan: Plan = {
  name: 'diamond',
  tasks: {
    top: say,
    left: { ...say, needs: ['top'] },
    right: { ...say, needs: ['top'] },
    end: { ...say, needs: ['left', 'right'] },
    alone: say,
  },
};
const graph = buildGraph(plan);

describe('the tasks downstream of a task', () => {
  test.each([
    [['top'], ['top', 'left', 'right', 'end']],
    [['left'], ['left', 'end']],
    [
      ['end', 'alone'],
      ['end', 'alone'],
    ],
    [
      ['right', 'top'],
      ['right', 'top', 'end', 'left'],
    ],
    [[], []],
  ])('from %j, a change reaches %j', (from, reached) => {
    expect([...downstreamOf(graph, from)]).toEqual(reached);
  });

  test('checkFrom reports ids that are not tasks of the plan', () => {
    expect(checkFrom(plan, ['left'])).toEqual([]);
    expect(checkFrom(plan, ['lefd', 'constructor'])).toEqual([
      'from: expected the id of a task of plan diamond, got "lefd"; did you mean "left"?',
      'from: expected the id of a task of plan diamond, got "constructor"',
    ]);
  });
});

describe('needsWithoutOutput', () => {
  const progressWith = (states: Record<string, object>) => {
    const progress = createProgress(graph);
    for (const id of graph.order) Object.assign(stateOf(progress, id), { status: 'succeeded', origin: 'reused' });
    for (const [id, state] of Object.entries(states)) Object.assign(stateOf(progress, id), state);
    return progress;
  };
  const items = { total: 0 };

  test.each([
    ['was reused', {}, {}],
    [
      'was reused, skipped or empty',
      { left: { status: 'skipped' }, top: { origin: undefined, items } },
      { left: 'skipped', top: 'empty' },
    ],
    ['ran', { top: { origin: undefined } }, undefined],
    ['came from the cache', { right: { origin: 'cached' } }, undefined],
    ['failed', { left: { status: 'failed', origin: undefined } }, undefined],
  ])('needs without output, if everything that a task needs %s', (_, states, found) => {
    expect(needsWithoutOutput(graph, progressWith(states), 'end')).toEqual(found);
  });
});
