// Joins the parts into one table of JSON lines. The table appears at once, when it is complete.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';

const { parts, out } = await json(process.stdin);
const table = join(out, 'orders.jsonl');
const lines = (await Promise.all(parts.map((part) => readFile(part, 'utf8')))).flatMap((text) =>
  text.split('\n').filter((line) => line !== ''),
);
const total = {};
for (const { cents, currency } of lines.map((line) => JSON.parse(line)))
  total[currency] = (total[currency] ?? 0) + cents;
await mkdir(out, { recursive: true });
await writeFile(`${table}.draft`, lines.map((line) => `${line}\n`).join(''));
await rename(`${table}.draft`, table);
console.log(JSON.stringify({ table, rows: lines.length, total }));
