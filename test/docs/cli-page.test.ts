// docs/cli.md has a section for each command, with its options and no others.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/commands/index.js';
import { createIo } from '../../src/cli/terminal/io.js';
import { ROOT } from './pages.js';

const [head = '', ...parts] = readFileSync(join(ROOT, 'docs/cli.md'), 'utf8').split(/^## baton /m);
const sections = new Map(parts.map((part) => [part.slice(0, part.indexOf('\n')), part]));
const flagsIn = (text: string): string[] => [...new Set(text.match(/--[a-z][a-z-]*/g) ?? [])].sort();
const common = new Set(flagsIn(/^## Common options$[\s\S]*?^## /m.exec(head)?.[0] ?? ''));

test('it has a section for each command, in the order of the help', () => {
  expect([...sections.keys()]).toEqual([...COMMANDS.keys()]);
});

describe.each([...COMMANDS.keys()])('baton %s', (name) => {
  const text = sections.get(name) ?? '';

  test('its options are in its section, or in that of a command whose options it has', async () => {
    const above = text.includes('All options of [`run`]') ? (sections.get('run') ?? '') : '';
    const told = new Set([...common, ...flagsIn(above), ...flagsIn(text)]);
    expect((await optionsOf(name)).filter((flag) => !told.has(flag))).toEqual([]);
  });

  test('its section names no option that it does not have', async () => {
    const known = new Set([...(await optionsOf(name)), ...common]);
    // Sections name other commands, with their options.
    const own = text.replaceAll(/`baton (?!pool)[^`]*`/g, '');
    expect(flagsIn(own).filter((flag) => !known.has(flag))).toEqual([]);
  });
});

async function optionsOf(name: string): Promise<string[]> {
  const { stdout, stderr } = process;
  const command = new Command(name);
  (await COMMANDS.get(name)!.load()).define(command, createIo({ stdout, stderr, env: {}, cwd: '.', colour: false }));
  return [command, ...command.commands].flatMap(({ options }) => options.map(({ long }) => long ?? ''));
}
