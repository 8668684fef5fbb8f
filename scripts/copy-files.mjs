// Copies the files that the compiler does not: those of the HTML picture, which are read when a page is rendered, and the
// converters that Temporal loads by their paths.
import { cp } from 'node:fs/promises';

const FILES = [
  'cli/picture/html/page/script.js',
  'cli/picture/html/page/style.css',
  'values/encryption/failure-converter.cjs',
  'values/payload-converter.cjs',
];

for (const file of FILES)
  await cp(new URL(`../src/${file}`, import.meta.url), new URL(`../dist/${file}`, import.meta.url));
