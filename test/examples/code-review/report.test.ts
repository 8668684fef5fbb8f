import { describe, expect, test } from 'vitest';
import { batchesOf, fitting } from '../../../examples/code-review/files/batches.js';
import { languageOf } from '../../../examples/code-review/files/language.js';
import { table } from '../../../examples/code-review/report/table.js';
import { code, count, words } from '../../../examples/code-review/report/words.js';

const files = (total: number, ending = 'ts', bytes = 100) =>
  Array.from({ length: total }, (_, index) => ({ path: `src/${index}.${ending}`, bytes }));

describe('batchesOf', () => {
  test('every file is in one batch, with its kind', () => {
    const batches = batchesOf('/r', [...files(60), ...files(30, 'py'), ...files(1, 'md')]);
    expect(batches.map(({ kind, files }) => `${kind} ${files.length}`)).toEqual([
      'script 25',
      'script 25',
      'script 10',
      'code 25',
      'code 5',
      'text 1',
    ]);
    expect(new Set(batches.flatMap((batch) => batch.files)).size).toBe(91);
  });

  test('a large repository has no more batches than a run should have calls', () => {
    const batches = batchesOf('/r', files(20_000));
    expect(batches).toHaveLength(40);
  });

  test('a batch has an end in bytes too', () => {
    expect(batchesOf('/r', files(10, 'sql', 1024 * 1024))).toHaveLength(3);
  });

  test('paths that would not fit into one payload are left out', () => {
    const many = Array.from({ length: 30_000 }, (_, index) => ({ path: `${'deep/'.repeat(12)}${index}.ts`, bytes: 1 }));
    const kept = fitting(many);
    expect(kept.length).toBeLessThan(many.length);
    expect(JSON.stringify(batchesOf('/r', kept)).length).toBeLessThan(1_400_000);
  });
});

describe('what the report writes', () => {
  test('a name cannot break out of its table, nor speak to the terminal', () => {
    expect(code('a|b\u001b[31m\n`c`')).toBe('`` a¦b [31m `c` ``');
    expect(words('a | b <script> \u202e*x*')).toBe('a \\| b \\<script\\> \\*x\\*');
  });

  test('counts agree with their nouns', () => {
    expect([0, 1, 1234].map((value) => count(value, 'copy', 'copies'))).toEqual([
      'no copies',
      '1 copy',
      '1,234 copies',
    ]);
  });

  test('the columns of a table are as wide as what is in them', () => {
    const rows = [{ name: '日本', size: 5 }];
    const columns = [
      { title: 'Name', cell: (row: (typeof rows)[0]) => row.name },
      { title: 'Size', align: 'right' as const, cell: (row: (typeof rows)[0]) => String(row.size) },
    ];
    expect(table(rows, columns)).toBe('| Name | Size |\n| ---- | ---: |\n| 日本 |    5 |');
  });
});

describe('languageOf', () => {
  test.each([
    ['a/b.test.TS', 'TypeScript', 'script'],
    ['setup.py', 'Python', 'code'],
    ['sub/Dockerfile', 'Docker', 'code'],
    ['x.constructor', '.constructor', 'text'],
    ['LICENSE', 'Other', 'text'],
  ])('%s is %s', (path, name, kind) => expect(languageOf(path)).toEqual({ name, kind }));
});
