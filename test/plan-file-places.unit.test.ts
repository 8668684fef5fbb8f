// Where in a plan file a problem is, and what `baton validate` warns of.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { likelyMistakes } from '../src/cli/validate/likely-mistakes.js';
import type { Plan } from '../src/domain/plan/plan.js';
import { commandAgent } from '../src/index.js';
import { createLocator, keysOf } from '../src/plan-file/locate.js';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'baton-places-'));
  await writeFile(
    join(directory, 'plan.yaml'),
    'name: p\ntasks:\n  a:\n    agent: x\n    needs: [b, c]\n  sub:\n    plan: ./inner.yaml\n',
  );
  await writeFile(join(directory, 'inner.yaml'), 'name: inner\ntasks:\n  deep:\n    agent: y\n');
  await writeFile(join(directory, 'plan.json'), '{\n  "name": "p",\n  "tasks": { "a": { "agent": "x" } }\n}\n');
});
afterAll(() => rm(directory, { recursive: true, force: true }));

test.each([
  ['plan.yaml', 'tasks.a.needs[1]', 'plan.yaml', 5, 16],
  ['plan.yaml', 'tasks.a.agent', 'plan.yaml', 4, 12],
  ['plan.yaml', 'tasks.a', 'plan.yaml', 3, 3],
  ['plan.yaml', 'tasks.a.missing.key', 'plan.yaml', 3, 3],
  ['plan.yaml', '', 'plan.yaml', 1, 1],
  ['plan.yaml', 'tasks.sub.plan.tasks.deep.agent', 'inner.yaml', 4, 12],
  ['plan.json', 'tasks.a.agent', 'plan.json', 3, 30],
])('%s: %j is at %s:%i:%i', async (file, path, where, line, column) => {
  expect(await createLocator(join(directory, file)).locate(path)).toEqual({
    file: join(directory, where),
    line,
    column,
  });
});

test('a file that cannot be read gives no place, and quoted keys are keys', async () => {
  expect(await createLocator(join(directory, 'none.yaml')).locate('tasks.a')).toBeUndefined();
  expect(keysOf('tasks["a b"].needs[0]')).toEqual(['tasks', 'a b', 'needs', '0']);
});

const inner = { name: 'inner', input: { type: 'object', required: ['path'] }, tasks: { b: { agent: 'x' } } } as Plan;
const strict = {
  ...inner,
  input: { type: 'object', properties: { path: {} }, additionalProperties: false },
} as Plan;

test('likely mistakes: approvals without a limit, programs that do not exist, inputs that cannot fit', async () => {
  const plan: Plan = {
    name: 'p',
    tasks: {
      ask: { approve: { title: 'Go?' } },
      limited: { approve: { title: 'Go?', timeout: '3d' } },
      call: { agent: 'missing' },
      file: { agent: 'gone' },
      short: { plan: inner, input: { pth: 1 } },
      named: { plan: 'strict', input: { path: 1, other: 2 } },
      fits: { plan: inner, input: { path: '{% $input.path %}' } },
      open: { plan: inner, input: '{% $input %}' },
    },
  };
  const agents = [
    commandAgent({ type: 'missing', command: ['no-such-program-here'] }),
    commandAgent({ type: 'gone', command: ['./gone.sh'], cwd: directory }),
    commandAgent({ type: 'unused', command: ['neither-this'] }),
    commandAgent({ type: 'x', command: ['sh'] }),
  ];
  expect(await likelyMistakes(plan, { agents, plans: new Map([['strict', strict]]) })).toEqual([
    'tasks.ask.approve: has no timeout, so the run waits for as long as no one answers; set timeout, such as 3d, and onTimeout',
    'tasks.short.input: the plan "inner" requires "path", which the input does not have',
    'tasks.named.input: the plan "inner" does not take "other"',
    'agent "missing": the program "no-such-program-here" does not exist: it is not on PATH here',
    'agent "gone": the program "./gone.sh" does not exist: there is no such file',
  ]);
});
