// A pool on a terminal.
import { oneLine } from '../../domain/one-line.js';
import type { PoolStatus } from '../../domain/pool/status.js';
import { poolLines, resourceRows } from '../../domain/pool/text.js';
import type { Colours } from '../io.js';
import { textTable } from '../text-table.js';

export function poolView(status: PoolStatus, colours: Colours): string {
  const [head = '', ...rest] = poolLines(status).map(oneLine);
  const table = textTable(resourceRows(status).map((row) => row.map(oneLine)));
  return [colours.bold(head), ...rest.map((line) => colours.yellow(line)), table].join('\n');
}
