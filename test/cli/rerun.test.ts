// `baton rerun`: each command is a process and a worker of its own, so nothing is remembered but what the server has.
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { RunResult } from '../../src/domain/run/result.js';
import { errorHere, useCliDirectory } from '../support/baton.js';

const place = useCliDirectory({ server: true });
const { baton, json, write } = place;

/** Answers its input, and notes who asked. */
const CONFIG = `
import { appendFileSync } from 'node:fs';
const run = async (input, { correlation }) => (appendFileSync('calls.log', correlation.task + '\\n'), input);
export default { agents: [{ type: 'log', kind: 'function', run }] };
`;

const chains = (edit: Record<string, unknown> = {}) => ({
  name: 'chains',
  tasks: Object.fromEntries(
    Array.from({ length: 200 }, (_, index) => {
      const id = `t${index}`;
      const input = index % 5 === 0 ? '{% $input.start %}' : `{% $tasks.t${index - 1}.output & '.' %}`;
      return [id, { agent: 'log', input: edit[id] ?? input }];
    }),
  ),
  output: '{% $tasks.t199.output %}',
});

beforeAll(async () => {
  await rm(join(place.directory, 'baton.config.yaml'));
  await write('baton.config.js', CONFIG);
  await write('chains.json', chains());
  await write('edited.json', chains({ t102: 'edited' }));
  expect((await baton('run', 'chains.json', '--input', '{"start": "a"}', '--id', 'old')).stdout).toBe('a....');
});

beforeEach(() => rm(join(place.directory, 'calls.log'), { force: true }));

const calls = async (): Promise<string[]> =>
  (await readFile(join(place.directory, 'calls.log'), 'utf8').catch(() => '')).split('\n').filter(Boolean).sort();

test('rerun: after one edit in 200 tasks, three run: shown in the status, and confirmed by the log of the agents', async () => {
  const { exitCode, stdout, stderr } = await baton('rerun', 'old', '--plan', 'edited.json', '--id', 'edited');
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'a....' });
  expect(stderr).toContain('200 tasks: 200 succeeded · reused 197, ran 3 · 3 calls');
  expect(await calls()).toEqual(['t102', 't103', 't104']);
});

test('rerun: the status of a fork names the old run, and the reverse', async () => {
  await baton('rerun', 'old', '--id', 'same');
  expect(await calls()).toEqual([]);
  const same = RunResult.parse(await json('status', 'same'));
  expect(same).toMatchObject({ forkOf: 'old', tasks: { t0: { reused: 'old' } } });
  expect(RunResult.parse(await json('status', 'old')).forks).toContain('same');
  expect((await baton('status', 'same')).stdout).toContain('fork of old: reused 200, ran 0');
  expect((await baton('status', 'old')).stdout).toMatch(/^forks: .*same/m);
});

test('rerun: --from tasks run again with their dependents, and so do the tasks that a new input reaches', async () => {
  const from = await baton('rerun', 'old', '--from', 't4', 't8', '--id', 'from');
  expect(from.stderr).toContain('reused 197, ran 3');
  expect(await calls()).toEqual(['t4', 't8', 't9']);
  const other = await baton('rerun', 'old', '--input', '{"start": "b"}', '--id', 'other');
  expect(other).toMatchObject({ exitCode: 0, stdout: 'b....' });
  expect(other.stderr).toContain('reused 0, ran 200');
});

test('rerun: each mistake is rejected with one sentence before anything starts', async () => {
  await write('broken.json', { name: 'broken', tasks: { a: { agent: 'lag' } } });
  const cases: [string[], string][] = [
    [['ol'], 'there is no run "ol" on this server; did you mean "old"?'],
    [['old', '--from', 't1999'], 'from: expected the id of a task of plan chains, got "t1999"; did you mean "t199"?'],
    [
      ['old', '--plan', 'broken.json'],
      'tasks.a.agent: expected the type of an agent that is registered, got "lag"; did you mean "log"? (broken.json:1:40)',
    ],
    [['old', '--id', 'old'], 'id: expected another than that of the old run, got "old"'],
  ];
  for (const [args, line] of cases) {
    const refused = await baton('rerun', ...args);
    expect(refused).toEqual({ exitCode: 2, stdout: '', stderr: expect.stringMatching(errorHere(line)) as unknown });
  }
});
