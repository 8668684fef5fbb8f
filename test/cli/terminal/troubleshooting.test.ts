import { PassThrough } from 'node:stream';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { createIo } from '../../../src/cli/terminal/io.js';
import { noteTroubleshooting } from '../../../src/cli/terminal/troubleshooting.js';

const ROOT = join(import.meta.dirname, '..', '..', '..');

/** What is printed on stderr. */
function notesFor(codes: readonly string[], { isTTY = true, cwd = ROOT } = {}): string {
  const stream = Object.assign(new PassThrough(), { isTTY }) as unknown as NodeJS.WriteStream;
  noteTroubleshooting(createIo({ stdout: stream, stderr: stream, env: {}, cwd, colour: false }), codes);
  return String(stream.read() ?? '');
}

test('troubleshooting: one code leads to its section', () => {
  expect(notesFor(['plan.duplicate-key'])).toBe('what to do: docs/troubleshooting.md#planduplicate-key\n');
  expect(notesFor(['Timeout', 'Timeout'])).toBe('what to do: docs/troubleshooting.md#timeout\n');
});

test('troubleshooting: several codes lead to the page', () => {
  expect(notesFor(['plan.cycle', 'plan.not-json'])).toBe('what to do: docs/troubleshooting.md\n');
});

test('troubleshooting: the path is absolute if the package is not below the working directory', () => {
  const page = join(ROOT, 'docs', 'troubleshooting.md');
  expect(notesFor(['plan.cycle'], { cwd: join(ROOT, 'docs', 'decisions') })).toBe(`what to do: ${page}#plancycle\n`);
  expect(relative(ROOT, page)).toBe('docs/troubleshooting.md');
});

test('troubleshooting: nothing is printed without codes, or if stderr is not a terminal', () => {
  expect(notesFor([])).toBe('');
  expect(notesFor(['plan.cycle'], { isTTY: false })).toBe('');
});
