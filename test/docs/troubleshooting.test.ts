// docs/troubleshooting.md has one section for each problem of a plan and each type of failure, and none that does not exist.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import GithubSlugger from 'github-slugger';
import { globbySync } from 'globby';
import { expect, test } from 'vitest';
import { troubleshootingAnchor } from '../../src/cli/terminal/troubleshooting.js';
import { FAILURES } from '../../src/domain/failure.js';
import { readPages, ROOT } from './pages.js';

const [page] = readPages(['docs/troubleshooting.md']);
const titles = (page?.headings ?? []).filter(({ level }) => level === 4).map(({ text }) => text);
const CODE = /^(?:plan|config)\.[A-Za-z-]+$/;

/** Every code that stands in the sources as text. */
function codesInSource(): string[] {
  const files = globbySync('src/**/*.ts', { cwd: ROOT });
  const texts = files.flatMap((file) => readFileSync(join(ROOT, file), 'utf8').match(/'[^'\n]+'/g) ?? []);
  return [...new Set(texts.map((text) => text.slice(1, -1)).filter((text) => CODE.test(text)))].sort();
}

test('each code of a problem has a section', () => {
  const codes = codesInSource();
  expect(codes).toContain('plan.cycle');
  expect(titles.filter((title) => CODE.test(title)).sort()).toEqual(codes);
});

test('each type of failure has a section', () => {
  expect(titles.filter((title) => !CODE.test(title)).sort()).toEqual(Object.keys(FAILURES).sort());
});

test('each section has the anchor that the command line prints', () => {
  const slugger = new GithubSlugger();
  for (const title of titles) expect(`#${slugger.slug(title)}`).toBe(troubleshootingAnchor(title));
});
