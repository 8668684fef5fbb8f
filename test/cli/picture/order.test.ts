import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findColumns } from '../../../src/cli/picture/layout/columns.js';
import { countCrossings, type Order } from '../../../src/cli/picture/layout/order.js';
import type { Edge } from '../../../src/cli/picture/layout/slot.js';

const COUNT = 24;

const edgesOfDag = fc
  .uniqueArray(fc.tuple(fc.nat(COUNT - 1), fc.nat(COUNT - 1)), { maxLength: 60, selector: String })
  .map((pairs) => pairs.filter(([a, b]) => a < b).map(([from, to]): Edge => ({ from, to })));

const inPlanOrder = (columns: Order): Order =>
  columns.map((column) => [...column].sort((a, b) => (a.block ?? Infinity) - (b.block ?? Infinity)));

/** Every pair of lines between two columns. */
function crossingsOneByOne(columns: Order): number {
  const place = new Map(columns.flatMap((column) => column.map((slot, index) => [slot, index] as const)));
  return columns.reduce((sum, column) => {
    const lines = column.flatMap((slot) => slot.right.map((end) => [place.get(slot)!, place.get(end)!] as const));
    return sum + lines.flatMap(([a, b], i) => lines.slice(i + 1).filter(([c, d]) => (a - c) * (b - d) < 0)).length;
  }, 0);
}

describe('findColumns', () => {
  it('columns: every line leads to the right, through one slot of each column between its ends', () => {
    fc.assert(
      fc.property(edgesOfDag, (edges) => {
        const { routes } = findColumns(COUNT, edges);
        for (const [index, route] of routes.entries()) {
          expect([route[0]!.block, route.at(-1)!.block]).toEqual([edges[index]!.from, edges[index]!.to]);
          expect(route.map(({ column }) => column)).toEqual(route.map((_, step) => route[0]!.column + step));
        }
      }),
    );
  });

  it('columns: crossings are counted as if every pair of lines were compared', () => {
    fc.assert(
      fc.property(edgesOfDag, (edges) => {
        const { columns } = findColumns(COUNT, edges);
        expect(countCrossings(columns)).toBe(crossingsOneByOne(columns));
      }),
    );
  });

  it('columns: the order found has no more crossings than the order of the plan', () => {
    fc.assert(
      fc.property(edgesOfDag, (edges) => {
        const { columns } = findColumns(COUNT, edges);
        expect(countCrossings(columns)).toBeLessThanOrEqual(countCrossings(inPlanOrder(columns)));
      }),
    );
  });

  it('columns: a block that only one late block needs is next to that block', () => {
    const chain = [0, 1, 2, 3].map((from): Edge => ({ from, to: from + 1 }));
    const { columns } = findColumns(6, [...chain, { from: 5, to: 4 }]);
    expect(columns.findIndex((column) => column.some(({ block }) => block === 5))).toBe(3);
  });
});
