// `node warehouse.mjs reserve|release`: a reservation is a file in the directory STOCK, so a second attempt changes nothing.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';

const [action] = process.argv.slice(2);
const directory = process.env.STOCK ?? 'stock';
const { id, item, quantity } = await json(process.stdin);
const file = join(directory, `${encodeURIComponent(id)}.json`);

if (action === 'reserve') {
  await mkdir(directory, { recursive: true });
  await writeFile(file, JSON.stringify({ item, quantity }));
} else await rm(file, { force: true });
console.log(JSON.stringify({ order: id, [action === 'reserve' ? 'reserved' : 'released']: quantity }));
