import { copyFile, mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { json } from 'node:stream/consumers';

const { files, out } = await json(process.stdin);
const quarantine = join(out, 'quarantine');
await mkdir(quarantine, { recursive: true });
for (const file of files) await copyFile(file, join(quarantine, basename(file)));
console.log(JSON.stringify({ quarantine, files: files.map((file) => basename(file)) }));
