import { describe, expect, it } from 'vitest';
import { needsOf, needsOfAll } from '../../../src/domain/plan/needs.js';
import type { Plan, Task } from '../../../src/domain/plan/plan.js';
import { validatePlan } from '../../../src/domain/plan/validate/index.js';

describe('needsOf', () => {
  it('needsOf returns declared needs first, then mentioned tasks in order, each once', () => {
    const needs = needsOf({
      agent: 'x',
      needs: ['z', 'a'],
      when: '{% $tasks.w.status = "succeeded" %}',
      input: { one: '{% $tasks.a.output %}', two: ['{% $tasks.i.output & $tasks.w.output %}'] },
      forEach: { items: '{% $tasks.e.output %}' },
      fallback: { agent: 'y', input: '{% $tasks.f.output %}' },
    });
    expect(needs).toEqual(['z', 'a', 'w', 'e', 'i', 'f']);
  });

  it('needsOf finds mentions in waits, events and approvals', () => {
    expect(needsOf({ wait: { for: '{% $tasks.a.output %}' } })).toEqual(['a']);
    expect(needsOf({ wait: '{% $tasks.a.output %}' })).toEqual(['a']);
    expect(needsOf({ event: { name: '{% $tasks.a.output %}' } })).toEqual(['a']);
    expect(needsOf({ event: '{% $tasks.a.output %}' })).toEqual(['a']);
    expect(needsOf({ approve: { title: '{% $tasks.a.output %}', description: '{% $tasks.b.output %}' } })).toEqual([
      'a',
      'b',
    ]);
  });

  it('mentions in compensate and in a sub-plan are not needs', () => {
    const sub = { name: 's', tasks: { b: { agent: 'x', input: '{% $tasks.a.output %}' } } };
    expect(needsOf({ agent: 'x', compensate: { agent: 'y', input: '{% $tasks.c.output %}' } })).toEqual([]);
    const task: Task = { plan: sub };
    expect(needsOfAll([['s', task]]).get('s')).toEqual([]);
  });

  it('a malformed expression, and text that is not an expression, mention nothing', () => {
    expect(needsOf({ agent: 'x', input: ['{% $tasks.a.output + %}', 'see {% $tasks.b.output %}'] })).toEqual([]);
  });

  it('needsOf and needsOfAll give the same needs', () => {
    const tasks = ['constructor', 'b', 'c'].map(
      (id, i) => [id, { agent: 'x', input: `{% 1 + $tasks.t${i}.output %}` }] as const,
    );
    expect(needsOfAll(tasks)).toEqual(new Map(tasks.map(([id, task]) => [id, needsOf(task)])));
  });

  it('needsOf gives the same needs as validation', () => {
    const reads = (id: string) => `{% $tasks.${id}.output %}`;
    const plan: Plan = {
      name: 'p',
      tasks: {
        a: { agent: 'x', compensate: { agent: 'y', input: '{% $tasks.e.output & $output %}' } },
        b: { agent: 'x', needs: ['c'], input: [reads('a'), reads('c')], fallback: { agent: 'y', input: reads('a') } },
        c: { wait: reads('a'), when: reads('d') },
        d: { event: { name: reads('a') } },
        e: { approve: { title: reads('b') }, needs: ['a'] },
      },
    };
    const { problems, needs } = validatePlan(plan);
    expect(problems).toEqual([]);
    expect(needs).toEqual(needsOfAll(Object.entries(plan.tasks)));
  });
});
