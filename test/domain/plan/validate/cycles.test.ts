import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findCycles } from '../../../../src/domain/plan/validate/cycles.js';
import { validatePlan } from '../../../../src/domain/plan/validate/index.js';

const planOf = (needs: Record<string, string[]>) => ({
  name: 'p',
  tasks: Object.fromEntries(Object.entries(needs).map(([id, list]) => [id, { agent: 'echo', needs: list }])),
});
const cyclesIn = (plan: unknown) =>
  validatePlan(plan)
    .problems.filter(({ code }) => code === 'plan.cycle')
    .map(({ path, message }) => `${path}: ${message.replace('tasks wait for each other in a cycle: ', '')}`);

describe('validatePlan', () => {
  it('the message of a cycle begins and ends with its first task, and each task needs the next', () => {
    expect(cyclesIn(planOf({ z: [], a: ['b'], b: ['c', 'z'], c: ['a'] }))).toEqual(['tasks.a: a → b → c → a']);
  });

  it('a cycle may be one task', () => {
    expect(cyclesIn(planOf({ a: ['a'] }))).toEqual(['tasks.a: a → a']);
  });

  it('a cycle may go through expressions', () => {
    const mentions = (id: string) => ({ agent: 'echo', input: { x: `{% 1 + $tasks.${id}.output %}` } });
    expect(cyclesIn({ name: 'p', tasks: { a: mentions('b'), b: { wait: '{% $tasks.a.output %}' } } })).toEqual([
      'tasks.a: a → b → a',
    ]);
  });

  it('a cycle is reported once for each group, and not for tasks that only wait for the group', () => {
    const plan = planOf({ x: ['a'], a: ['b'], b: ['a'], c: ['d', 'x'], d: ['e'], e: ['c'], y: ['c'] });
    expect(cyclesIn(plan)).toEqual(['tasks.a: a → b → a', 'tasks.c: c → d → e → c']);
  });

  it('the reported cycle is the shortest through the first task, and shortened if it is long', () => {
    expect(cyclesIn(planOf({ a: ['b', 'c'], b: ['d'], c: ['a'], d: ['a'] }))).toEqual(['tasks.a: a → c → a']);
    const ring = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`t${i}`, [`t${(i + 1) % 100}`]]));
    expect(cyclesIn(planOf(ring))[0]).toMatch(/^tasks\.t0: t0 → t1 → .* → t19 → … 80 more … → t0$/);
  });

  it('a cycle is found at the end of a very long chain', () => {
    const length = 100_000;
    const chain = new Map(Array.from({ length }, (_, i) => [`t${i}`, [`t${Math.min(i + 1, length - 1)}`]]));
    expect(findCycles(chain)).toEqual([[`t${length - 1}`, `t${length - 1}`]]);
  });
});

describe('findCycles', () => {
  const graph = fc.integer({ min: 1, max: 12 }).chain((size) => {
    const ids = Array.from({ length: size }, (_, i) => `t${i}`);
    const needs = fc.subarray([...ids, 'elsewhere']);
    return fc
      .array(needs, { minLength: size, maxLength: size })
      .map((lists) => new Map(ids.map((id, i) => [id, lists[i]!])));
  });

  const canBeOrdered = (needs: ReadonlyMap<string, readonly string[]>): boolean => {
    const left = new Map([...needs].map(([id, list]) => [id, list.filter((need) => needs.has(need))]));
    for (let size = -1; size !== left.size;) {
      size = left.size;
      for (const [id, list] of left) if (!list.some((need) => left.has(need))) left.delete(id);
    }
    return left.size === 0;
  };

  it('findCycles finds a cycle if, and only if, the tasks have no topological order', () => {
    fc.assert(fc.property(graph, (needs) => (findCycles(needs).length === 0) === canBeOrdered(needs)));
  });

  it('findCycles returns paths that exist, return to their start and share no task', () => {
    fc.assert(
      fc.property(graph, (needs) => {
        const cycles = findCycles(needs);
        for (const cycle of cycles) {
          expect(cycle[0]).toBe(cycle.at(-1));
          for (const [i, id] of cycle.slice(0, -1).entries()) expect(needs.get(id)).toContain(cycle[i + 1]);
        }
        const ids = cycles.flatMap((cycle) => cycle.slice(1));
        expect(new Set(ids).size).toBe(ids.length);
      }),
    );
  });
});
