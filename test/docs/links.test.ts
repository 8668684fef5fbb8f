import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { LINKED, ROOT, readPage, readPages, targetOf, type Page } from './pages.js';

const pages = new Map(readPages(LINKED).map((page) => [page.file, page]));

describe('every link within the repository leads somewhere', () => {
  test.each([...pages.keys()])('%s', (file) => {
    expect(brokenLinks(pages.get(file)!)).toEqual([]);
  });
});

test('a link to a missing file, or to a missing heading, is reported with its line', () => {
  const page = readPage('README.md', '# One\n\n[a](no/file.md)\n[b](#one) [c](#two) [d](https://example.com/#x)\n');
  expect(brokenLinks(page)).toEqual([
    'README.md:3: no/file.md: there is no such file',
    'README.md:4: #two: README.md has no such heading',
  ]);
});

function brokenLinks(page: Page): string[] {
  return page.links.flatMap(({ at, url }) => {
    const target = targetOf(page.file, url);
    if (target === undefined) return [];
    const { file, anchor } = target;
    if (!existsSync(join(ROOT, file))) return [`${at}: ${url}: there is no such file`];
    if (anchor === '') return [];
    const there = file === page.file ? page : pages.get(file);
    const known = there === undefined ? [] : [...there.headings.map((heading) => heading.anchor), ...there.ids];
    return known.includes(anchor) ? [] : [`${at}: ${url}: ${file} has no such heading`];
  });
}
