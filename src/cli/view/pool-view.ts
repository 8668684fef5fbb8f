// A pool on a terminal.
import { oneLine } from '../../domain/one-line.js';
import type { PoolStatus, ResourceCondition } from '../../domain/pool/status.js';
import { poolLines, resourceRows, STATE_COLUMN } from '../../domain/pool/text.js';
import type { Colours } from '../io.js';
import { textTable } from '../text-table.js';

/** One that nobody can answer for says why. */
export type ListedPool = PoolStatus | { readonly pool: string; readonly problem: string };

const COLOURS: Readonly<Record<ResourceCondition, 'green' | 'yellow' | 'red'>> = {
  open: 'green',
  paused: 'yellow',
  draining: 'yellow',
  ill: 'red',
};

export function poolView(status: ListedPool, colours: Colours): string {
  if ('problem' in status)
    return [colours.bold(oneLine(status.pool)), colours.yellow(oneLine(status.problem))].join('\n');
  const [head = '', ...rest] = poolLines(status).map(oneLine);
  const [heading = [], ...rows] = resourceRows(status).map((row) => row.map(oneLine));
  const painted = rows.map((row, at) => {
    const paint = colours[COLOURS[status.resources[at]!.condition]];
    return row.map((cell, column) => (column === STATE_COLUMN ? paint(cell) : cell));
  });
  const table = textTable([heading, ...painted]);
  return [colours.bold(head), ...rest.map((line) => colours.yellow(line)), table].join('\n');
}
