import { DefaultLogger, Runtime } from '@temporalio/worker';
import { AT_ONCE, compare, PAGES, type Compared } from './compare.js';

// The SDK's own lines are left out.
Runtime.install({ logger: new DefaultLogger('ERROR') });

type Server = Compared['servers'][number];

const BAR = 8;
const COLUMN = 25;

/** `████ 101  8/8  10`: 101 pages, at most 8 calls at the same time of a capacity of 8, 10 customers. */
function cell({ calls, mostAtOnce, capacity, customers }: Server): string {
  const bar = '█'.repeat(Math.ceil((calls / PAGES) * BAR)).padEnd(BAR);
  return `${bar}${String(calls).padStart(4)}  ${mostAtOnce}/${capacity}${String(customers.size).padStart(4)}`;
}

const line = (name: string, cells: readonly string[], end: string): string =>
  name.padEnd(14) + cells.map((text) => text.padEnd(COLUMN)).join('') + end;

console.log(
  `${PAGES} pages for 10 customers, ${AT_ONCE} at the same time, on three servers; the large one is twice as fast.`,
);
console.log('For each server: its pages, the most at once of its capacity, its customers.\n');
let isFirst = true;
for await (const { strategy, seconds, servers } of compare()) {
  if (isFirst)
    console.log(
      line(
        'strategy',
        servers.map(({ id }) => id),
        'seconds',
      ),
    );
  isFirst = false;
  console.log(line(strategy, servers.map(cell), seconds.toFixed(1)));
}
