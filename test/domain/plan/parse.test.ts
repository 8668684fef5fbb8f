import { describe, expect, it } from 'vitest';
import { InvalidPlanError, parsePlan } from '../../../src/domain/plan/parse.js';

describe('parsePlan', () => {
  it('parsePlan returns a valid plan', () => {
    const plan = { name: 'p', tasks: { a: { agent: 'echo' }, b: { plan: 'sub', needs: ['a'] } } };
    const sub = { name: 'sub', tasks: { a: { agent: 'echo' } } };
    expect(parsePlan(plan, ['echo'], new Map([['sub', sub]]))).toEqual(plan);
  });

  it('parsePlan throws an error with one line for each problem', () => {
    const plan = { name: 'p', tasks: { ax: { agent: 'ecko' }, b: { agent: 'echo', needs: ['x'], timeout: '5' } } };
    let error: unknown;
    try {
      parsePlan(plan, ['echo']);
    } catch (thrown) {
      error = thrown;
    }
    if (!(error instanceof InvalidPlanError)) throw new Error('expected an InvalidPlanError');
    expect(error.problems.map(({ code }) => code)).toEqual([
      'plan.bad-duration',
      'plan.unknown-agent',
      'plan.unknown-need',
    ]);
    expect(error.message.split('\n')).toEqual([
      'tasks.b.timeout: expected a duration longer than zero and of at most ten years, such as "250ms", "30s", "5m", "1h30m" or "3d", got "5"',
      'tasks.ax.agent: expected the type of an agent that is registered, got "ecko"; did you mean "echo"?',
      'tasks.b.needs[0]: expected the id of a task of this plan, got "x"; did you mean "ax"?',
    ]);
  });
});
