// Says what became of every file. It is called whatever came before it, so any part of its input may be missing.
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { json } from 'node:stream/consumers';

const { files = [], transform = {}, load = {}, out } = await json(process.stdin);
const { output: cleaned, failures, failure } = transform;
const rows = (count) => `${count} ${count === 1 ? 'row' : 'rows'}`;

const lines = ['# Orders', ''];
if (load.output) {
  const totals = Object.entries(load.output.total).map(
    ([currency, cents]) => `${(cents / 100).toFixed(2)} ${currency}`,
  );
  lines.push(
    `Loaded ${rows(load.output.rows)} from ${files.length - (failures?.length ?? 0)} of ${files.length} files.`,
  );
  lines.push(`Sum: ${totals.sort().join(', ')}.`, '');
} else {
  lines.push(`**Nothing was loaded**: ${load.failure?.message ?? failure?.message ?? `load was ${load.status}`}`, '');
}
if (failures?.length > 0) {
  lines.push('## Files that were dropped', '');
  for (const { index, failure: why } of failures) lines.push(`- ${basename(files[index])}: ${why.message}`);
  lines.push('');
}
const dropped = (cleaned ?? []).flatMap((part, index) =>
  (part?.dropped ?? []).map(({ line, reason }) => `- ${basename(files[index])}:${line}: ${reason}`),
);
if (dropped.length > 0) lines.push('## Rows that were dropped', '', ...dropped, '');

const report = lines.join('\n');
await mkdir(out, { recursive: true });
await writeFile(join(out, 'report.md'), report);
console.log(JSON.stringify({ report }));
