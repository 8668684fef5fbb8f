import { execFileSync } from 'node:child_process';
import { mkdtemp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InvalidPlanError } from '../src/domain/plan/parse.js';
import { validatePlan } from '../src/domain/plan/validate/index.js';
import { readPlanFile } from '../src/plan-file.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'baton-plan-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function write(name: string, content: string | Uint8Array): Promise<string> {
  const file = path.join(folder, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, content);
  return file;
}

/** A line for each problem, without the folder. */
async function problemsOf(file: string): Promise<string[]> {
  try {
    await readPlanFile(file);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidPlanError)) throw error;
    return error.problems.map(
      ({ code, path: at, message }) => `${code} ${at === '' ? '' : `${at}: `}${message.replaceAll(`${folder}/`, '')}`,
    );
  }
}

const broken = async (name: string, content: string | Uint8Array) => problemsOf(await write(name, content));

describe('a plan file', () => {
  it('a plan file is YAML or JSON, by its content', async () => {
    const plan = { name: 'p', tasks: { a: { agent: 'x', input: { n: [1, null, true] } } } };
    const json = JSON.stringify(plan);
    expect(await readPlanFile(await write('p.json', json))).toEqual(plan);
    expect(await readPlanFile(await write('p.yaml', json))).toEqual(plan);
    expect(await readPlanFile(await write('plan', JSON.stringify(plan, null, '\t')))).toEqual(plan);
    expect(
      await readPlanFile(
        await write('p.yml', '\uFEFFname: p\ntasks: { a: { agent: x, input: { n: [1, ~, true] } } }\n'),
      ),
    ).toEqual(plan);
  });

  it('a plan file is YAML 1.2, without the surprises of YAML 1.1', async () => {
    const text =
      'no: no\nyes: on\ndate: 2030-01-31\ntime: 2030-01-31T09:00:00Z\noctal: 0777\nnew: 0o17\nsexagesimal: 1:30\nmerge: <<\npercent: 10%\n';
    expect(await readPlanFile(await write('p.yaml', text))).toEqual({
      no: 'no',
      yes: 'on',
      date: '2030-01-31',
      time: '2030-01-31T09:00:00Z',
      octal: 777,
      new: 15,
      sexagesimal: '1:30',
      merge: '<<',
      percent: '10%',
    });
  });

  it('a plan file may use a limited number of aliases', async () => {
    const text = 'name: p\ntasks:\n  a: &it { agent: x }\n  b: *it\n';
    expect(await readPlanFile(await write('p.yaml', text))).toEqual({
      name: 'p',
      tasks: { a: { agent: 'x' }, b: { agent: 'x' } },
    });
  });

  it('a plan file keeps __proto__ as an own key, which validation rejects', async () => {
    for (const text of ['{"tasks": {"__proto__": {"agent": "x"}}}', 'tasks:\n  __proto__:\n    agent: x\n']) {
      const plan = await readPlanFile(await write('p.yaml', text));
      expect(JSON.stringify(plan)).toBe('{"tasks":{"__proto__":{"agent":"x"}}}');
    }
  });

  it('a plan file that cannot be read is rejected with the reason', async () => {
    expect(await problemsOf(path.join(folder, 'none.yaml'))).toEqual([
      'plan.unreadable none.yaml: cannot be read: no such file',
    ]);
    await mkdir(path.join(folder, 'plans.yaml'));
    expect(await problemsOf(path.join(folder, 'plans.yaml'))).toEqual([
      'plan.unreadable plans.yaml: expected a file, got a directory',
    ]);
    await symlink('loop.yaml', path.join(folder, 'loop.yaml'));
    expect(await problemsOf(path.join(folder, 'loop.yaml'))).toEqual([
      'plan.unreadable loop.yaml: cannot be read: its links form a circle',
    ]);
    execFileSync('mkfifo', [path.join(folder, 'pipe.yaml')]);
    expect(await problemsOf(path.join(folder, 'pipe.yaml'))).toEqual([
      'plan.unreadable pipe.yaml: expected a file, got a pipe or a device',
    ]);
    expect(await broken('plan.ts', 'export {}')).toEqual([
      'plan.unreadable plan.ts: expected YAML or JSON, got a module',
    ]);
  });

  it.each<[string, Uint8Array, string]>([
    ['an image', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0, 1), 'other bytes'],
    ['Latin-1', Uint8Array.of(0x6e, 0x3a, 0x20, 0xe9), 'the byte 0xe9 at offset 3'],
    ['UTF-16', Buffer.from('name: p', 'utf16le'), 'other bytes'],
  ])('a plan file that is %s is rejected', async (_what, bytes, came) => {
    expect(await broken('p.yaml', bytes)).toEqual([`plan.unreadable p.yaml: expected text in UTF-8, got ${came}`]);
  });

  it('numbers that JavaScript holds are read, however they are written', async () => {
    const text = 'a: [1e3, +5, 0x10, 0o17, .5, 0.12345678901234567890, 9007199254740992, "9223372036854775807"]\n';
    expect(await readPlanFile(await write('p.yaml', text))).toEqual({
      a: [1000, 5, 16, 15, 0.5, 0.12345678901234568, 9007199254740992, '9223372036854775807'],
    });
  });

  it.each(['', '  \n', '# nothing yet\n', '---\n'])('an empty plan file (%j) is rejected', async (text) => {
    expect(await broken('p.yaml', text)).toEqual(['plan.syntax p.yaml: expected a plan, got an empty file']);
  });

  it('a plan file larger than 32 MiB is rejected before it is read', async () => {
    expect(await broken('p.yaml', 'a'.repeat(33 * 1024 * 1024))).toEqual([
      'plan.too-large p.yaml: expected at most 32.0 MiB, got 33.0 MiB',
    ]);
  });

  it('a plan file larger than 512 KiB is rejected as YAML, and read as JSON', async () => {
    const tasks = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`t${i}`, { agent: 'echo', needs: [] }]));
    const json = JSON.stringify({ name: 'p', tasks });
    expect(await broken('p.yaml', `# a plan\n${json}`)).toEqual([
      'plan.too-large p.yaml: expected JSON, or at most 512 KiB of YAML, got 712 KiB that are not JSON',
    ]);
    expect(await broken('p.json', json.slice(0, -1))).toEqual([
      'plan.too-large p.json: expected JSON, or at most 512 KiB of YAML, got 712 KiB that are not JSON',
    ]);
    expect(await readPlanFile(await write('p.yaml', json))).toEqual({ name: 'p', tasks });
  });

  it.each<[string, string, string, string]>([
    [
      'broken YAML',
      'p.yaml',
      'name: p\ntasks:\n  a: b: c\n',
      'plan.syntax p.yaml:3:6: expected YAML or JSON, got an error: Nested mappings are not allowed in compact mappings',
    ],
    [
      'a tab as indentation',
      'p.yaml',
      'name: p\n\ttasks: 1\n',
      'plan.syntax p.yaml:2:1: expected YAML or JSON, got an error: Tabs are not allowed as indentation',
    ],
    [
      'broken JSON',
      'p.json',
      '{\n  "name": "p",\n  "tasks": [1, 2\n',
      'plan.syntax p.json:4:1: expected YAML or JSON, got an error: ',
    ],
    ['YAML that is called JSON', 'p.json', '{"name": "p",}', 'plan.syntax p.json: expected JSON, got something else: '],
    [
      'several documents',
      'p.yaml',
      'name: p\n---\nname: q\n',
      'plan.syntax p.yaml:2:1: expected one plan in a file, got several documents',
    ],
    [
      'a tag',
      'p.yaml',
      'name: !secret p\n',
      'plan.syntax p.yaml:1:7: expected YAML or JSON, got an error: Unresolved tag: !secret',
    ],
    [
      'a key that is a list',
      'p.yaml',
      '? [a]\n: 1\n',
      'plan.syntax p.yaml:1:3: expected a plain key, got a list or an object',
    ],
    [
      'an alias of nothing',
      'p.yaml',
      'a: *b\n',
      'plan.syntax p.yaml: unresolved alias (the anchor must be set before the alias): b',
    ],
    [
      'a key twice in YAML',
      'p.yaml',
      'tasks:\n  a: 1\n  a: 2\n',
      'plan.duplicate-key p.yaml:3:3: expected each key once, got "a" again',
    ],
    [
      'a key twice in YAML, in other spelling',
      'p.yaml',
      '1: a\n"1": b\n',
      'plan.duplicate-key p.yaml:2:1: expected each key once, got "1" again',
    ],
    [
      'a key twice in JSON',
      'p.json',
      '{"tasks": {\n  "a": {"x": 1}, "b": [{"x": "}\\"{"}],\n  "\\u0061" : 2}}',
      'plan.duplicate-key p.json:3:3: expected each key once, got "a" again',
    ],
    [
      'an integer of 64 bits in JSON',
      'p.json',
      '{"input": {\n  "id": 9223372036854775807}}',
      'plan.big-number p.json:2:9: expected a number that JavaScript can hold without changing it, got 9223372036854775807; send it as text, in quotes',
    ],
    [
      'an integer of 64 bits in YAML',
      'p.yaml',
      'input:\n  id: 9223372036854775807\n',
      'plan.big-number p.yaml:2:7: expected a number that JavaScript can hold without changing it, got 9223372036854775807; send it as text, in quotes',
    ],
    ['an integer of 64 bits in hexadecimal', 'p.yaml', 'id: 0x7fffffffffffffff\n', 'plan.big-number p.yaml:1:5: '],
    ['an integer of 64 bits as a key', 'p.yaml', '9223372036854775807: x\n', 'plan.big-number p.yaml:1:1: '],
    ['a short commit id that reads as a number', 'p.yaml', 'commit: 4e12345\n', 'plan.big-number p.yaml:1:9: '],
  ])('a plan file with %s is rejected, with the position', async (_what, name, text, line) => {
    const lines = await broken(name, text);
    expect(lines[0]?.startsWith(line), lines[0]).toBe(true);
    expect(lines.every((one) => !one.includes('\n'))).toBe(true);
  });

  it('a plan file whose aliases expand exponentially is rejected', async () => {
    const row = (i: number) =>
      `a${i}: &a${i} [${Array(10)
        .fill(`*a${i - 1}`)
        .join(', ')}]`;
    const bomb = ['a0: &a0 [x]', ...Array.from({ length: 9 }, (_, i) => row(i + 1))].join('\n');
    expect(await broken('p.yaml', bomb)).toEqual([
      'plan.syntax p.yaml: expected at most 100 values from aliases, got more',
    ]);
  });

  it.each([
    ['lists', '['.repeat(100_000)],
    ['objects', '{"a":'.repeat(100_000)],
    ['lists in blocks', '- '.repeat(100_000)],
    ['keys', '? '.repeat(100_000)],
  ])('a plan file of %s nested too deeply is rejected', async (_what, text) => {
    expect(await broken('p.yaml', text)).toEqual(['plan.too-nested p.yaml: expected fewer levels of nesting']);
  });

  it('a plan file may contain itself by an alias, which validation rejects', async () => {
    const plan = await readPlanFile(await write('p.yaml', 'name: p\ntasks: &t { a: *t }\n'));
    expect(validatePlan(plan).problems).toMatchObject([{ code: 'plan.too-nested' }]);
  });

  it('a plan file of JSON may be nested deeply, which validation rejects', async () => {
    const plan = await readPlanFile(await write('p.json', `${'['.repeat(100_000)}${']'.repeat(100_000)}`));
    expect(validatePlan({ name: 'p', tasks: plan }).problems).toMatchObject([{ code: 'plan.too-nested' }]);
  });
});

describe('a sub-plan by path', () => {
  const sub = (id = 'x') => `name: sub\ntasks: { ${id}: { agent: echo } }\n`;
  const data = (id = 'x') => ({ name: 'sub', tasks: { [id]: { agent: 'echo' } } });

  it('a sub-plan file is read relative to the file that names it, and replaces its path', async () => {
    await write('parts/two.json', JSON.stringify(data('two')));
    await write('parts/one.yaml', 'name: one\ntasks: { a: { plan: two.json }, b: { plan: ../three.yml } }\n');
    await write('three.yml', sub('three'));
    const file = await write(
      'p.yaml',
      'name: p\ntasks:\n  a: { plan: ./parts/one.yaml, needs: [b] }\n  b: { plan: { name: in, tasks: { c: { plan: three.yml } } } }\n  d: { plan: by-name }\n',
    );
    expect(await readPlanFile(file)).toEqual({
      name: 'p',
      tasks: {
        a: { plan: { name: 'one', tasks: { a: { plan: data('two') }, b: { plan: data('three') } } }, needs: ['b'] },
        b: { plan: { name: 'in', tasks: { c: { plan: data('three') } } } },
        d: { plan: 'by-name' },
      },
    });
  });

  it('a sub-plan file that contains the plan is rejected, whatever path names it', async () => {
    await write('b.yaml', 'name: b\ntasks: { x: { plan: sub/../a.yaml } }\n');
    await mkdir(path.join(folder, 'sub'));
    const file = await write('a.yaml', 'name: a\ntasks: { x: { plan: ./b.yaml } }\n');
    expect(await problemsOf(file)).toEqual([
      'plan.plan-cycle tasks.x.plan.tasks.x.plan: plan files contain each other in a cycle: a.yaml → b.yaml → a.yaml',
    ]);
  });

  it('a sub-plan file that cannot be read is reported with its task, together with others', async () => {
    await write('bad.yaml', 'a: b: c\n');
    const file = await write(
      'p.yaml',
      'tasks: { a: { plan: none.yaml }, b: { plan: bad.yaml }, c: { plan: bad.yaml } }\n',
    );
    expect(await problemsOf(file)).toEqual([
      'plan.unreadable tasks.a.plan: none.yaml: cannot be read: no such file',
      'plan.syntax tasks.b.plan: bad.yaml:1:4: expected YAML or JSON, got an error: Nested mappings are not allowed in compact mappings',
    ]);
  });

  it('sub-plan files may be nested ten levels deep, not eleven', async () => {
    for (let i = 0; i < 12; i++)
      await write(`p${i}.yaml`, i === 11 ? sub() : `name: p\ntasks: { x: { plan: p${i + 1}.yaml } }\n`);
    expect(await problemsOf(path.join(folder, 'p1.yaml'))).toEqual([]);
    expect(await problemsOf(path.join(folder, 'p0.yaml'))).toEqual([expect.stringMatching(/^plan\.too-deep /)]);
  });
});
