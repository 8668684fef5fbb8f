import { describe, expect, it } from 'vitest';
import { criticalPath, type TimedTask } from '../../../src/domain/picture/critical-path.js';

const timed = (id: string, needs: string[], startedAt?: number, endedAt?: number): TimedTask => ({
  id,
  needs,
  startedAt,
  endedAt,
});

describe('criticalPath', () => {
  it('critical path: it leads from the last end to the needs that ended last', () => {
    const tasks = [timed('a', [], 0, 5), timed('b', [], 0, 9), timed('c', ['a', 'b'], 9, 12), timed('d', ['a'], 5, 7)];
    expect(criticalPath(tasks, 12)).toEqual(['b', 'c']);
  });

  it('critical path: a task in progress ends now, and tasks that have not started are not on it', () => {
    const tasks = [timed('a', [], 0, 5), timed('b', ['a'], 5), timed('c', [], 0, 6), timed('d', ['b', 'c'])];
    expect(criticalPath(tasks, 20)).toEqual(['a', 'b']);
  });

  it('critical path: a run in which nothing has started has none, and a cycle ends', () => {
    expect(criticalPath([timed('a', [])], 5)).toEqual([]);
    expect(criticalPath([timed('a', ['b'], 0, 1), timed('b', ['a'], 0, 2)], 5)).toEqual(['a', 'b']);
  });
});
