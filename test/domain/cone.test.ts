import { describe, expect, test } from 'vitest';
import { checkFrom, coneOf, needsWithoutOutput } from '../../src/domain/cone.js';
import { buildGraph } from '../../src/domain/graph.js';
import type { Plan } from '../../src/domain/plan.js';
import { createProgress, stateOf } from '../../src/domain/progress.js';

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

describe('the cone of a task', () => {
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
  ])('%j', (from, cone) => {
    expect([...coneOf(graph, from)]).toEqual(cone);
  });

  test('is asked for by ids of the plan', () => {
    expect(checkFrom(plan, ['left'])).toEqual([]);
    expect(checkFrom(plan, ['lefd', 'constructor'])).toEqual([
      'from: expected the id of a task of plan diamond, got "lefd"; did you mean "left"?',
      'from: expected the id of a task of plan diamond, got "constructor"',
    ]);
  });
});

describe('all that a task needs, however far', () => {
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
  ])('%s', (_, states, found) => {
    expect(needsWithoutOutput(graph, progressWith(states), 'end')).toEqual(found);
  });
});
