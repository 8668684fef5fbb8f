// Copies the files that the compiler does not: those of the HTML page, which are read when a page is rendered, and the
// converters that Temporal loads by their paths.
import { cp, readdir } from 'node:fs/promises';

const PAGE = 'cli/picture/html/page';
const pageFiles = (await readdir(new URL(`../src/${PAGE}`, import.meta.url))).filter((name) =>
  /\.(?:js|css)$/.test(name),
);

const FILES = [
  ...pageFiles.map((name) => `${PAGE}/${name}`),
  'values/encryption/failure-converter.cjs',
  'values/payload-converter.cjs',
];

for (const file of FILES)
  await cp(new URL(`../src/${file}`, import.meta.url), new URL(`../dist/${file}`, import.meta.url));
