import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layoutPicture, type Layout } from '../../../src/cli/picture/layout/layout.js';
import type { Picture } from '../../../src/domain/picture/picture.js';
import { chain, fanOut, layers, pictureOf, task } from './samples.js';

const cell = { width: 150, height: 28 };
const layOut = (picture: Picture) => layoutPicture(picture, { cell, rowGap: 8 });

const randomDag = fc
  .array(fc.array(fc.nat(1000), { maxLength: 4 }), { minLength: 1, maxLength: 60 })
  .map((picks) =>
    pictureOf(picks.map((needs, i) => task(`t${i}`, i === 0 ? [] : needs.map((need) => `t${need % i}`)))),
  );

describe('layoutPicture', () => {
  it('layout: boxes do not overlap, and are within the picture', () => {
    fc.assert(
      fc.property(randomDag, (picture) => {
        const layout = layOut(picture);
        expect(layout.boxes).toHaveLength(picture.tasks.length);
        expect(overlaps(layout)).toEqual([]);
        for (const { x, y } of layout.boxes) {
          expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
          expect(x + cell.width).toBeLessThanOrEqual(layout.width + 0.01);
          expect(y + cell.height).toBeLessThanOrEqual(layout.height + 0.01);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('layout: no line crosses a box', () => {
    fc.assert(
      fc.property(randomDag, (picture) => {
        expect(crossings(layOut(picture))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('layout: every task is to the right of its needs', () => {
    const picture = layers(6, 20);
    const layout = layOut(picture);
    const xOf = new Map(picture.tasks.map(({ id }, index) => [id, layout.boxes[index]?.x ?? 0]));
    for (const { id, needs } of picture.tasks) {
      for (const need of needs) expect(xOf.get(need)).toBeLessThan(xOf.get(id) ?? 0);
    }
  });

  it('layout: a fan-out of 500 is a grid with one line in and one line out', () => {
    const layout = layOut(fanOut(500));
    expect(layout.frames).toMatchObject([{ tasks: 500 }]);
    expect(layout.lines.map(({ from, to }) => [from.length, to.length])).toEqual([
      [1, 500],
      [500, 1],
    ]);
    expect(isScreenLike(layout)).toBe(true);
  });

  it('layout: a chain of 100 is folded into rows', () => {
    const layout = layOut(chain(100));
    expect(layout.lines).toHaveLength(99);
    expect(isScreenLike(layout)).toBe(true);
  });

  it('layout: ten fully connected layers of 50 have one line for each layer', () => {
    const ids = (layer: number) => Array.from({ length: 50 }, (_, index) => `l${layer}_${index}`);
    const tasks = Array.from({ length: 10 }, (_, layer) =>
      ids(layer).map((id) => task(id, layer === 0 ? [] : ids(layer - 1))),
    );
    const layout = layOut(pictureOf(tasks.flat()));
    expect(layout.lines).toHaveLength(9);
    expect(isScreenLike(layout)).toBe(true);
  });

  it('layout: ten layers of 50 with separate lines are as high as their boxes require', () => {
    const layout = layOut(layers(10, 50));
    expect(layout.height).toBeLessThan(50 * 36 * 1.5);
    expect(overlaps(layout)).toEqual([]);
  });

  it('layout: tasks of one column are in the order of the plan if that costs no crossing', () => {
    const ids = ['zeta', 'alpha', 'mid', 'beta', 'omega'];
    const pairs = ids.flatMap((id) => [task(id, ['start']), task(`${id}-end`, [id])]);
    const layout = layOut(pictureOf([task('start'), ...pairs, task('sink', ['omega-end', 'zeta'])]));
    const heights = ids.map((_, index) => layout.boxes[1 + 2 * index]!.y);
    expect(heights).toEqual([...heights].sort((a, b) => a - b));
  });

  it('layout: two thousand tasks with lines over many columns have no box on another', () => {
    const tasks = Array.from({ length: 2_000 }, (_, index) =>
      task(
        `t${index}`,
        index === 0 ? [] : [7, 31, 101].map((step) => `t${Math.floor((((index * step) % 997) / 997) * index)}`),
      ),
    );
    const layout = layOut(pictureOf(tasks));
    expect(layout.lines.length).toBeGreaterThan(5_000);
    expect(overlaps(layout)).toEqual([]);
  });

  it('layout: the same picture gives the same coordinates', () => {
    expect(layOut(layers(5, 12))).toEqual(layOut(layers(5, 12)));
  });

  it('layout: an empty picture, unknown needs and a cycle are laid out', () => {
    expect(layOut(pictureOf([])).boxes).toEqual([]);
    const odd = layOut(pictureOf([task('a', ['b', 'ghost']), task('b', ['a']), task('c', ['c'])]));
    expect(overlaps(odd)).toEqual([]);
    expect(
      layOut(pictureOf(chain(20).tasks.map((t, i) => (i === 0 ? { ...t, needs: ['c19'] } : t)))).boxes,
    ).toHaveLength(20);
  });
});

function isScreenLike({ width, height }: Layout): boolean {
  return width / height > 0.6 && width / height < 4;
}

function overlaps({ boxes }: Layout): string[] {
  return boxes.flatMap((a, i) =>
    boxes
      .slice(i + 1)
      .flatMap((b, j) =>
        Math.abs(a.x - b.x) < cell.width && Math.abs(a.y - b.y) < cell.height ? [`${i} and ${i + 1 + j}`] : [],
      ),
  );
}

/** Where the straight part of a line runs through a box; the curves lie between the columns. */
function crossings({ boxes, lines }: Layout): string[] {
  return lines.flatMap(({ points }, line) =>
    points.slice(1).flatMap((to, index) => {
      const from = points[index] ?? to;
      const [left, right] = [Math.min(from.x, to.x), Math.max(from.x, to.x)];
      return boxes.flatMap(({ x, y }, box) => {
        const isBeside = right <= x + 0.01 || left >= x + cell.width - 0.01;
        const isStraight = from.y === to.y;
        return !isBeside && (!isStraight || (from.y > y && from.y < y + cell.height)) && from.x !== to.x
          ? [`line ${line} and box ${box}`]
          : [];
      });
    }),
  );
}
