// ARCHITECTURE.md says what scripts/import-rule.mjs checks.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ALLOWED, DOMAIN, type Allowed } from '../scripts/import-rule.mjs';

const page = readFileSync(new URL('../ARCHITECTURE.md', import.meta.url), 'utf8');

const code = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');

function row([name, { folders, types = [], packages }]: [string, Allowed]): string {
  const may = [...folders, ...types.map((type) => `*types* of ${type}`)].join(', ') || '–';
  return `| ${name} | ${may} | ${packages === undefined ? 'any' : code(packages)} |`;
}

test('ARCHITECTURE.md: the table of imports is the rule that is checked', () => {
  for (const entry of Object.entries(ALLOWED)) expect(page).toContain(row(entry));
});

test('ARCHITECTURE.md: the order of the folders of domain is the rule that is checked', () => {
  expect(page.replaceAll(/\s+/g, ' ')).toContain(DOMAIN.map((name) => (name === '.' ? 'files' : name)).join(' → '));
});
