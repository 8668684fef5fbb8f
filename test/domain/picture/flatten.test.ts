import { describe, expect, it } from 'vitest';
import { flattenPicture } from '../../../src/domain/picture/flatten.js';
import { pictureOf, task } from '../../cli/picture/samples.js';

describe('flattenPicture', () => {
  it('expand: the tasks of a sub-plan come before its task, and need what that needed', () => {
    const picture = pictureOf([task('a'), task('sub', ['a'], { kind: 'plan' }), task('z', ['sub'])]);
    const inside = pictureOf([task('x'), task('y', ['x'])]);
    const { tasks } = flattenPicture(picture, new Map([['sub', inside]]));
    expect(tasks.map(({ id, needs }) => [id, needs])).toEqual([
      ['a', []],
      ['sub/x', ['a']],
      ['sub/y', ['sub/x']],
      ['sub', ['sub/y']],
      ['z', ['sub']],
    ]);
  });

  it('expand: sub-plans of items and of sub-plans have their paths', () => {
    const picture = pictureOf([task('each', [], { kind: 'plan', forEach: true })]);
    const insides = new Map([
      ['each[0]', pictureOf([task('deep', [], { kind: 'plan' })])],
      ['each[0]/deep', pictureOf([task('x')])],
      ['each[1]', pictureOf([task('deep', [], { kind: 'plan' })])],
    ]);
    expect(flattenPicture(picture, insides).tasks.map(({ id, needs }) => [id, needs])).toEqual([
      ['each[0]/deep/x', []],
      ['each[0]/deep', ['each[0]/deep/x']],
      ['each[1]/deep', []],
      ['each', ['each[0]/deep', 'each[1]/deep']],
    ]);
  });

  it('expand: without sub-plans the picture stays as it is', () => {
    const picture = pictureOf([task('a'), task('b', ['a'])]);
    expect(flattenPicture(picture, new Map())).toEqual(picture);
  });
});
