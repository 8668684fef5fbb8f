import { describe, expect, it } from 'vitest';
import { needsOf, needsOfAll } from '../../src/domain/needs.js';
import type { Plan, Task } from '../../src/domain/plan.js';
import { validatePlan } from '../../src/domain/validate/index.js';

describe('needsOf', () => {
  it('gives declared needs first, then mentioned ones in order, each once', () => {
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

  it('looks into waits, events and approvals', () => {
    expect(needsOf({ wait: { for: '{% $tasks.a.output %}' } })).toEqual(['a']);
    expect(needsOf({ wait: '{% $tasks.a.output %}' })).toEqual(['a']);
    expect(needsOf({ event: { name: '{% $tasks.a.output %}' } })).toEqual(['a']);
    expect(needsOf({ event: '{% $tasks.a.output %}' })).toEqual(['a']);
    expect(needsOf({ approve: { title: '{% $tasks.a.output %}', description: '{% $tasks.b.output %}' } })).toEqual([
      'a',
      'b',
    ]);
  });

  it('waits neither for what undoing mentions nor for what a sub-plan mentions', () => {
    const sub = { name: 's', tasks: { b: { agent: 'x', input: '{% $tasks.a.output %}' } } };
    expect(needsOf({ agent: 'x', compensate: { agent: 'y', input: '{% $tasks.c.output %}' } })).toEqual([]);
    const task: Task = { plan: sub };
    expect(needsOfAll([['s', task]]).get('s')).toEqual([]);
  });

  it('takes a malformed expression and a text that is none for text', () => {
    expect(needsOf({ agent: 'x', input: ['{% $tasks.a.output + %}', 'see {% $tasks.b.output %}'] })).toEqual([]);
  });

  it('says the same of each task, one by one and all together', () => {
    const tasks = ['constructor', 'b', 'c'].map(
      (id, i) => [id, { agent: 'x', input: `{% 1 + $tasks.t${i}.output %}` }] as const,
    );
    expect(needsOfAll(tasks)).toEqual(new Map(tasks.map(([id, task]) => [id, needsOf(task)])));
  });

  it('says the same as validation, which hands its needs on to the graph', () => {
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
