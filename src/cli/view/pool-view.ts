// Prints pools for people.
import { visibleLine } from '../../domain/text/visible.js';
import type { PoolChange } from '../../domain/pool/coordinator/alter.js';
import type { PoolStatus, ResourceCondition } from '../../domain/pool/coordinator/status.js';
import { poolLines, resourceRows, STATE_COLUMN } from '../../domain/pool/text.js';
import type { Colours } from '../terminal/io.js';
import { wrap } from '../terminal/fit.js';
import { textTable } from '../terminal/text-table.js';

/** A pool whose status cannot be read has the reason in `problem`. */
export type ListedPool = PoolStatus | { readonly pool: string; readonly problem: string };

const COLOURS: Readonly<Record<ResourceCondition, 'green' | 'yellow' | 'red'>> = {
  open: 'green',
  paused: 'yellow',
  draining: 'yellow',
  ill: 'red',
};

/** What a narrow terminal has no room for, the least important first. */
const DROP = ['LABELS', 'WEIGHT', 'ENDPOINT', ''];
const CUT = { RESOURCE: 8, STATE: 16, ENDPOINT: 16, LABELS: 10 };

export function poolView(status: ListedPool, colours: Colours, width = Infinity): string {
  const lines = (text: string) => wrap(text, width).join('\n');
  if ('problem' in status)
    return [lines(colours.bold(visibleLine(status.pool))), lines(colours.yellow(visibleLine(status.problem)))].join(
      '\n',
    );
  const [head = '', ...rest] = poolLines(status).map(visibleLine);
  const [heading = [], ...rows] = resourceRows(status).map((row) => row.map(visibleLine));
  const painted = rows.map((row, at) => {
    const paint = colours[COLOURS[status.resources[at]!.condition]];
    return row.map((cell, column) => (column === STATE_COLUMN ? paint(cell) : cell));
  });
  const table = textTable([heading, ...painted], { width, cut: CUT, drop: DROP });
  return [lines(colours.bold(head)), ...rest.map((line) => lines(colours.yellow(line))), table].join('\n');
}

/** `gpu-1 of pool gpus: draining, 2 calls are in progress on it` */
export function poolChangeText(pool: string, { id, became, inUse }: PoolChange): string {
  const calls = `, ${inUse} ${inUse === 1 ? 'call is' : 'calls are'} in progress on it`;
  return `${id} of pool ${pool}: ${became}${inUse === 0 || became === 'altered' ? '' : calls}`;
}
