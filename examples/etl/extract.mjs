import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';

const { dir } = await json(process.stdin);
try {
  const names = await readdir(dir);
  const files = names.filter((name) => name.endsWith('.csv')).sort();
  console.log(JSON.stringify({ files: files.map((name) => join(dir, name)) }));
} catch (error) {
  console.error(`dir: expected a directory that can be read, got ${dir} (${error.code})`);
  process.exitCode = 66;
}
