// Lists the text files of a folder. The input is JSON on stdin, the answer is JSON on stdout, stderr is the log.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';

const { folder } = await json(process.stdin);
const names = await readdir(folder);
const files = names.filter((name) => name.endsWith('.txt')).map((name) => join(folder, name));
console.error(`found ${files.length} files`);
console.log(JSON.stringify({ files }));
