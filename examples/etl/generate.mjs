// Orders to try the plan on: the same files for the same numbers. Some rows make no sense, and some files are broken.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const HEADER = 'order,customer,amount,currency';
const CURRENCIES = ['EUR', 'USD', 'GBP'];
const BROKEN = [
  Buffer.from([0xff, 0xfe, 0x00, 0x41, 0xc3, 0x28]),
  'id;name;price\n1;Ada;3\n',
  `${HEADER}\n9001,"Ada, 12.50,EUR\n`,
  '',
];

/** Rows in each file that is not broken; the last of each makes no sense. */
export const ROWS = 20;

export async function generate(dir, { files, broken }) {
  await mkdir(dir, { recursive: true });
  for (let index = 0; index < files; index++) {
    // The broken ones stand among the others.
    const content =
      index % 2 === 1 && (index - 1) / 2 < broken ? BROKEN[((index - 1) / 2) % BROKEN.length] : orders(index);
    await writeFile(join(dir, `orders-${String(index + 1).padStart(2, '0')}.csv`), content);
  }
}

function orders(file) {
  const rows = Array.from({ length: ROWS }, (_, row) => {
    const order = file * 100 + row;
    return `${order},Customer ${order % 7},${(order % 50) + 0.5},${CURRENCIES[order % 3]}`;
  });
  return [HEADER, ...rows, `${file * 100 + 99},Nobody,many,EUR`, ''].join('\n');
}
