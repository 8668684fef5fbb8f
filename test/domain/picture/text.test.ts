import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pictureText } from '../../../src/domain/picture/text.js';
import { type Picture } from '../../../src/domain/picture/picture.js';
import { type PictureTask } from '../../../src/domain/picture/picture.js';
import { statusLook } from '../../../src/domain/picture/status-style.js';

const task = (id: string, needs: string[] = [], more: Partial<PictureTask> = {}): PictureTask => ({
  id,
  kind: 'agent',
  label: 'worker',
  needs,
  ...more,
});
const picture = (tasks: PictureTask[]): Picture => ({ name: 'p', tasks });
const rowsOf = (text: string) => text.split('\n').slice(2);
const fanOut = (count: number, status: (index: number) => PictureTask['status']) => [
  task('source', [], { status: 'succeeded' }),
  ...Array.from({ length: count }, (_, i) => task(`w${i}`, ['source'], { status: status(i) ?? 'pending' })),
  task(
    'sink',
    Array.from({ length: count }, (_, i) => `w${i}`),
    { status: 'pending' },
  ),
];

describe('pictureText', () => {
  it('pictureText draws a diamond with its fork and its join', () => {
    const text = pictureText(picture([task('a'), task('b', ['a']), task('c', ['a']), task('d', ['b', 'c'])]));
    expect(text).toBe(
      ['p · 4 tasks', '', '○      a  worker', '├─○─╮  b  worker', '╰─○─┤  c  worker', '    ○  d  worker'].join('\n'),
    );
  });

  it('pictureText draws several roots and their join', () => {
    const text = pictureText(picture([task('x'), task('y'), task('z', ['x', 'y'])]));
    expect(rowsOf(text)).toEqual(['○─╮  x  worker', '○─┤  y  worker', '  ○  z  worker']);
  });

  it('pictureText describes status, kind, condition, items and compensation of a task', () => {
    const text = pictureText({
      name: 'review',
      status: 'running',
      tasks: [
        task('analyze', [], { status: 'running', forEach: true, detail: '40 of 120 items' }),
        task('signOff', ['analyze'], { status: 'pending', kind: 'approve', label: 'Publish?', conditional: true }),
        task('publish', ['signOff'], { status: 'pending', compensates: true }),
      ],
    });
    expect(text).toBe(
      [
        'review · running · ○ 2 pending · ● 1 running',
        '',
        '●  analyze  worker · for each · 40 of 120 items',
        '○  signOff  approve: Publish? · if',
        '○  publish  worker · undoable',
      ].join('\n'),
    );
  });

  it('pictureText lists tasks without edges separately, so that they do not look like a chain', () => {
    const text = pictureText(picture([task('alone'), task('a'), task('b', ['a']), task('other')]));
    expect(rowsOf(text)).toEqual([
      '○  a      worker',
      '○  b      worker',
      '',
      'on their own:',
      '○  alone  worker',
      '○  other  worker',
    ]);
  });

  it('pictureText folds a wide fan-out into one row for each status, and its join stays visible', () => {
    const rows = rowsOf(
      pictureText(picture(fanOut(500, (i) => (i < 400 ? 'succeeded' : i === 450 ? 'failed' : 'pending')))),
    );
    expect(rows.map((row) => row.replace(/ +/g, ' '))).toEqual([
      '✓ source worker',
      '├─✓─╮ w0 … w399 400 tasks · worker',
      '├─○─┤ w400 … w499 99 tasks · worker',
      '╰─✗─┤ w450 worker',
      ' ○ sink worker',
    ]);
  });

  it('pictureText draws at most limit rows, and counts the others by status', () => {
    const chain = Array.from({ length: 500 }, (_, i) =>
      task(`t${i}`, i === 0 ? [] : [`t${i - 1}`], { status: i < 12 ? 'running' : 'pending' }),
    );
    const rows = rowsOf(pictureText(picture(chain)));
    expect(rows).toHaveLength(61);
    expect(rows.at(-1)).toBe('… and 440 more tasks: 440 pending');
  });

  it('pictureText shows the running tasks if not all rows fit', () => {
    const chain = Array.from({ length: 100 }, (_, i) =>
      task(`t${i}`, i === 0 ? [] : [`t${i - 1}`], { status: i < 60 ? 'succeeded' : i === 60 ? 'running' : 'pending' }),
    );
    const rows = rowsOf(pictureText(picture(chain), { limit: 8 }));
    expect(rows[0]).toBe('… 58 tasks before these: 58 succeeded');
    expect(rows.slice(1, 9).map((row) => row.split(/ +/).slice(0, 2).join(' '))).toContain('● t60');
    expect(rows.at(-1)).toBe('… and 34 more tasks: 34 pending');
  });

  it('pictureText names the needs for which no rail is free', () => {
    const sources = Array.from({ length: 14 }, (_, i) => task(`a${i}`));
    const own = sources.map(({ id }, i) => task(`j${i}`, [id]));
    const join = task(
      'end',
      [...sources, ...own].map(({ id }) => id),
    );
    const text = pictureText(picture([...sources, ...own, join]));
    expect(text).toMatch(/ end +worker {2}← a\d+, a\d+, a\d+ \+\d+$/);
    for (const row of rowsOf(text)) expect(row.split(/[a-z]/)[0]?.length).toBeLessThan(26);
  });

  it('pictureText removes line breaks and escape sequences of a plan', () => {
    const text = pictureText({
      name: 'a\nb',
      tasks: [task('t', [], { label: 'one\r\ntwo\u001b[31m\u202ethree\u0007' })],
    });
    expect(text).toBe('a b · 1 task\n\n○  t  one two [31m three');
  });

  it('pictureText draws ids of Object.prototype, unknown needs, repeated needs and cycles', () => {
    const tasks = [
      task('constructor', ['toString', 'toString', 'ghost']),
      task('toString', ['constructor']),
      task('__proto__'),
    ];
    expect(pictureText(picture(tasks))).toContain('__proto__');
    expect(rowsOf(pictureText(picture([task('self', ['self'])])))).toEqual(['○  self  worker']);
    expect(pictureText(picture([]))).toBe('p · 0 tasks\n');
  });

  it('pictureText draws a chain of 20,000 tasks without a stack overflow', () => {
    const chain = Array.from({ length: 20_000 }, (_, i) => task(`t${i}`, i === 0 ? [] : [`t${i - 1}`]));
    expect(rowsOf(pictureText(picture(chain))).at(-1)).toBe('… and 19940 more tasks');
  });

  it('the lines to each task come from exactly the tasks that it needs', () => {
    const dag = fc
      .integer({ min: 1, max: 10 })
      .chain((size) =>
        fc
          .array(fc.array(fc.nat(9), { maxLength: 3 }), { minLength: size, maxLength: size })
          .map((picks) =>
            picks.map((needs, i) =>
              task(`t${i}`, i === 0 ? [] : [...new Set(needs.map((need) => `t${need % i}`))].slice(0, needs.length)),
            ),
          ),
      );
    fc.assert(
      fc.property(dag, (tasks) => {
        const needs = needsByLines(pictureText(picture(tasks)));
        for (const { id, needs: expected } of tasks)
          expect([...(needs.get(id) ?? [])].sort()).toEqual([...expected].sort());
      }),
      { numRuns: 1000 },
    );
  });
});

describe('statusLook', () => {
  it('each status has its own glyph, one column wide', () => {
    const glyphs = Object.values(statusLook).map(({ glyph }) => glyph);
    expect(new Set(glyphs).size).toBe(glyphs.length);
    for (const glyph of glyphs) expect(glyph).toMatch(/^\P{Emoji_Presentation}$/u);
  });
});

/** Reads the needs of each task from the lines, as a person would. */
function needsByLines(text: string): Map<string, Set<string>> {
  const columns: (Set<string> | undefined)[] = [];
  const found = new Map<string, Set<string>>();
  let previous = '';
  for (const row of rowsOf(text.replace(/\n*on their own:[^]*/, ''))) {
    const place = row.indexOf('○');
    const id = /t\d+/.exec(row)?.[0];
    if (place === -1 || id === undefined) continue;
    const line = row.slice(0, row.indexOf(id)).trimEnd();
    const needs = new Set<string>();
    const above = columns[place] ?? [];
    let below: number | undefined = place;
    columns[place] = undefined;
    for (let at = 0; at < columns.length; at += 2) if (' ─'.includes(line[at] ?? ' ')) columns[at] = undefined;
    for (let at = place - 2; at >= 0 && line[at + 1] === '─'; at -= 2) {
      if (line[at] === '│' || line[at] === '─') continue;
      for (const need of columns[at] ?? []) needs.add(need);
      if ('╰┴'.includes(line[at] ?? '')) columns[at] = undefined;
    }
    for (let at = place + 2; at < line.length && line[at - 1] === '─'; at += 2) {
      const cell = line[at] ?? '';
      if (cell === '│' || cell === '─') continue;
      if ('╯┴'.includes(cell)) {
        for (const need of columns[at] ?? []) needs.add(need);
        columns[at] = undefined;
      } else {
        columns[at] = new Set([...('╮┬'.includes(cell) ? [] : (columns[at] ?? [])), id]);
        below = undefined;
      }
    }
    // A task directly above counts only if no line says something else.
    if (needs.size === 0 || previous[place] === '│' || '├┼┬┤╮╭'.includes(previous[place] ?? ' ')) {
      for (const need of above) needs.add(need);
    }
    previous = row;
    if (below !== undefined) columns[below] = new Set([id]);
    found.set(id, needs);
  }
  return found;
}
