// `baton solve`, by a planner that needs no model.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { RunResult } from '../../src/domain/run/result.js';
import { useCliDirectory } from '../support/baton.js';

const place = useCliDirectory({ server: true });
const { baton, json, spawn, write } = place;

const greet = {
  name: 'greet',
  tasks: { hello: { agent: 'echo', input: { to: '{% $input.who %}' } } },
  output: '{% $tasks.hello.output.to %}',
};

const asking = {
  name: 'asking',
  tasks: {
    look: { agent: 'echo' },
    ok: { approve: { title: 'Shall it be done?' }, needs: ['look'] },
    last: { agent: 'echo', input: 'done', needs: ['ok'] },
  },
  output: '{% $tasks.last.output %}',
};

beforeAll(async () => {
  await write('rules.config.json', {
    planner: 'rules',
    agents: [
      { type: 'echo', kind: 'command', command: ['node', 'agent.js'] },
      { type: 'broken', kind: 'command', command: ['node', 'agent.js', 'broken'], fatalExits: [1] },
      {
        type: 'rules',
        kind: 'rules',
        rules: [
          { goal: 'greet {who}', plan: greet },
          {
            goal: 'mend it',
            plan: { name: 'mend', tasks: { a: { agent: 'echo', input: 'ok' }, b: { agent: 'broken', needs: ['a'] } } },
            replan: {
              tasks: { c: { agent: 'echo', input: '{% $tasks.a.output %}' } },
              output: '{% $tasks.c.output %}',
            },
          },
          { goal: 'ask {who}', plan: asking },
          { goal: 'break it', plan: { name: 'bad', tasks: { a: { agent: 'nobody', needs: ['a'] } } } },
        ],
      },
    ],
  });
  const rules = (type: string) => ({ type, kind: 'rules', rules: [{ goal: 'greet {who}', plan: greet }] });
  await write('several.config.json', { agents: [rules('one'), rules('two')] });
  await write('other.config.json', { agents: [{ type: 'echo', kind: 'command', command: ['node', 'agent.js'] }] });
});

const written = async (name: string) => parse(await readFile(join(place.directory, name), 'utf8')) as unknown;
const madePlan = async (id: string) =>
  RunResult.parse(await json('status', id)).tasks['solve']!.plan as { tasks: object };
const solve = (...args: string[]) => baton('solve', ...args, '--config', 'rules.config.json');

test('solve: a goal is planned and solved, and the plan that ran is in the result', async () => {
  const { exitCode, stdout, stderr } = await solve('greet the world', '--id', 'greeting', '--out', 'plan.yaml');
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'the world' });
  expect(stderr).toContain('wrote the plan to plan.yaml');
  expect(await written('plan.yaml')).toEqual(greet);
  const result = RunResult.parse(await json('status', 'greeting'));
  expect(result).toMatchObject({ plan: 'greet the world', tasks: { solve: { status: 'succeeded', plan: greet } } });
  expect((await baton('graph', 'greeting', '--task', 'solve')).stdout).toContain('hello');
  expect((await baton('graph', 'greeting', '--task', 'nobody')).exitCode).toBe(2);
});

test('solve: the tasks of the plan are shown while it runs, and its approvals can be answered', async () => {
  const run = spawn('solve', 'ask me', '--id', 'inner', '--config', 'rules.config.json');
  const said = await run.waitForLine('solve/ok running: waits for an answer: Shall it be done?');
  expect(said).toContain('(baton approve inner/solve ok)');
  const { stdout } = await baton('status', 'inner');
  expect(stdout).toMatch(/● solve .*\n✓ {3}look .*\n● {3}ok .*\n○ {3}last /);
  expect(stdout).toContain('baton approve inner/solve ok');
  expect(await baton('approve', 'inner/solve', 'ok')).toMatchObject({ exitCode: 0 });
  const { exitCode, stdout: output, stderr } = await run.ended;
  expect({ exitCode, output }).toEqual({ exitCode: 0, output: 'done' });
  const lines = stderr.split('\n').map((line) => line.replace(/^[\d:]+ | \d.*$/g, ''));
  expect(lines.filter((line) => line.endsWith('succeeded'))).toEqual([
    'solve/look succeeded',
    'solve/ok succeeded',
    'solve/last succeeded',
    'solve succeeded',
  ]);
});

test('solve --dry-run: the plan is printed', async () => {
  const { exitCode, stdout } = await solve('greet me', '--dry-run', '--out', 'dry.json');
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toEqual(greet);
  expect(await written('dry.json')).toEqual(greet);
});

test('solve --approve: a person sees the plan before it runs, and may replace it', async () => {
  const run = spawn('solve', 'greet you', '--approve', '--id', 'asking', '--config', 'rules.config.json');
  await run.waitForLine('waits for an answer to the plan for: greet you');
  expect((await baton('graph', 'asking', '--task', 'solve')).stdout).toContain('hello');
  await write('bad.json', { name: 'bad', tasks: { a: { agent: 'nobody' } } });
  const refused = await baton('approve', 'asking', 'solve', '--plan', 'bad.json');
  expect(refused.exitCode).toBe(2);
  expect(refused.stderr).toMatch(
    /^error: tasks\.a\.agent: expected the type of an agent that is registered, got "nobody"/,
  );
  await write('better.json', { ...greet, output: 'better' });
  expect(await baton('approve', 'asking', 'solve', '--plan', 'better.json')).toMatchObject({ exitCode: 0 });
  expect(await run.ended).toMatchObject({ exitCode: 0, stdout: 'better' });
});

test.each([
  ['a plan that is rejected', 1, ['break it'], /its plan was rejected: tasks\.a.* \(AgentRefused\)/],
  ['a goal that no rule knows', 1, ['fly'], /no rule fits the goal "fly"; the goals of the rules: "greet \{who\}"/],
  ['no goal', 2, [' '], /^error: goal: expected text, got nothing/],
  [
    'a planner that is not there',
    2,
    ['greet me', '--planner', 'rule'],
    /expected the type of an agent that is registered, got "rule"; did you mean "rules"\?/,
  ],
  ['an agent that is not there', 2, ['greet me', '--agents', 'echo,no'], /agents\[1\]: expected the type of an agent/],
] as const)('solve: %s is reported in one line', async (_, exitCode, args, message) => {
  const ended = await solve(...args);
  expect(ended.exitCode).toBe(exitCode);
  expect(ended.stderr).toMatch(new RegExp(message, 'm'));
  expect(ended.stderr).not.toMatch(/^\s+at /m);
});

test.each(['other.config.json', 'several.config.json'])(
  'solve: if %s names no planner, the error explains how to name one',
  async (config) => {
    const { exitCode, stderr } = await baton('solve', 'greet me', '--config', config);
    expect(exitCode).toBe(2);
    expect(stderr).toBe(
      'error: no planner: name an agent with --planner, or as planner in the configuration; "baton agents" lists them',
    );
  },
);

test('solve --replans: a plan that fails is re-planned', async () => {
  const failed = await solve('mend it', '--id', 'not-mended');
  expect(failed.exitCode).toBe(1);
  const { exitCode, stdout } = await solve('mend it', '--replans', '1', '--id', 'mended');
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'ok' });
  expect(Object.keys((await madePlan('mended')).tasks)).toEqual(['a', 'c']);
  const child = await baton('status', 'mended/solve');
  expect(child.stdout).toContain('re-planned (1 of 1): task b failed');
  expect((await baton('graph', 'mended/solve')).stdout).toMatch(/✓ +c/);
  expect((await solve('mend it', '--replans', 'x')).stderr).toContain(
    '--replans: expected a whole number from 1 to 10',
  );
});

test('run: a plan that was re-planned is shown so, with the tasks that run now', async () => {
  const plan = {
    name: 'mend',
    onFailure: 'replan',
    replan: { planner: 'rules', goal: 'mend it' },
    tasks: { a: { agent: 'echo', input: 'ok' }, b: { agent: 'broken', needs: ['a'] } },
  };
  const file = await write('mend.json', plan);
  const { exitCode, stdout, stderr } = await baton('run', file, '--id', 'own', '--config', 'rules.config.json');
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'ok' });
  expect(stderr).toMatch(/re-planned \(1 of 2\): task b failed/);
  expect((await baton('graph', 'own')).stdout).toMatch(/✓ +c/);
});
