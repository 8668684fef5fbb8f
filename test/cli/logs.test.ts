// `baton logs`, on real runs.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { useCliDirectory } from '../support/baton.js';

const place = useCliDirectory({ server: true });
const { baton, json, spawn, write } = place;

interface Logs {
  readonly elsewhere: string[];
  readonly entries: { call: string; run: string; kind: string; attempt: number; message?: string; stack?: string }[];
}
const logs = async (...args: string[]): Promise<Logs> => (await json('logs', ...args)) as Logs;

beforeAll(async () => {
  await write(
    'talk.sh',
    'echo "reading $1" >&2; if [ "$1" = bad ]; then python3 -c \'raise ValueError("no good")\'; exit 1; fi; echo 1',
  );
  await write(
    'logs.yaml',
    `agents:
  - { type: talk, kind: command, command: [sh, talk.sh, well] }
  - { type: bad, kind: command, command: [sh, talk.sh, bad], retry: { attempts: 2, initial: 10ms } }
  - { type: hold, kind: command, command: [node, agent.js, hold], killAfter: 200ms }
`,
  );
  await write('inner.yaml', 'name: inner\ntasks: { deep: { agent: talk } }\n');
  await write(
    'logs-plan.json',
    JSON.stringify({
      name: 'logs',
      tasks: {
        first: { agent: 'talk' },
        each: { agent: 'talk', forEach: { items: [1, 2] }, input: {} },
        sub: { plan: { name: 'inner', tasks: { deep: { agent: 'talk' } } }, needs: ['first'] },
        last: { agent: 'bad', needs: ['sub', 'each'] },
      },
    }),
  );
  await baton('run', 'logs-plan.json', '--id', 'ended', '--config', 'logs.yaml');
});

test('an ended run: lines of stderr, attempts and errors with tracebacks are in order', async () => {
  const { entries, elsewhere } = await logs('ended', '--config', 'logs.yaml');
  expect(elsewhere).toEqual([]);
  const of = (call: string) =>
    entries.filter((entry) => entry.call === call).map(({ kind, message }) => message ?? kind);
  expect(of('first')).toEqual(['started', 'reading well', 'succeeded']);
  expect(of('each[1]')).toEqual(['started', 'reading well', 'succeeded']);
  expect(entries.filter(({ run }) => run === 'ended/sub').map(({ call, kind }) => [call, kind])).toEqual([
    ['deep', 'started'],
    ['deep', 'line'],
    ['deep', 'succeeded'],
  ]);
  const last = entries.filter(({ call, kind }) => call === 'last' && kind !== 'started');
  expect(last.map(({ attempt, kind, message }) => `${attempt} ${kind} ${message}`)).toEqual(
    [1, 2].flatMap((attempt) => [
      `${attempt} line reading bad`,
      `${attempt} line Traceback (most recent call last):`,
      `${attempt} line   File "<string>", line 1, in <module>`,
      ...last
        .filter((entry) => entry.attempt === attempt && /^ {4}/.test(entry.message ?? ''))
        .map(({ message }) => `${attempt} line ${message}`),
      `${attempt} line ValueError: no good`,
      `${attempt} failed "sh" exited with 1: ValueError: no good`,
    ]),
  );
});

test('a task, an item or a task of a sub-plan can be chosen, and --tail shows the end', async () => {
  const chosen = async (...args: string[]) => (await logs('ended', ...args, '--config', 'logs.yaml')).entries;
  expect((await chosen('each')).map(({ call }) => call).sort()).toEqual(
    ['each[0]', 'each[1]'].flatMap((call) => [call, call, call]),
  );
  expect(await chosen('each[0]')).toHaveLength(3);
  expect(await chosen('sub/deep')).toHaveLength(3);
  expect(await chosen('last', '--tail', '1')).toMatchObject([{ kind: 'failed', attempt: 2 }]);
});

test('for people each entry is a line, and a failure has its reason', async () => {
  const { stdout } = await baton('logs', 'ended', 'last', '--config', 'logs.yaml');
  expect(stdout).toMatch(/^\d\d:\d\d:\d\d\.\d{3} last │ reading bad$/m);
  expect(stdout).toMatch(/ last ✗ attempt 2 failed: AgentFailed: "sh" exited with 1: ValueError: no good$/m);
});

test('a call that is cancelled while it waits for its next attempt is not said to be in its first', async () => {
  const agent = '{ type: later, kind: command, command: [sh, -c, "exit 75"], retry: { attempts: 3, initial: 1h } }';
  await write('later.yaml', `agents:\n  - ${agent}\n`);
  await write('later.json', { name: 'later', tasks: { wait: { agent: 'later' } } });
  const run = spawn('run', 'later.json', '--id', 'later', '--config', 'later.yaml');
  await run.waitForLine('wait retrying');
  await baton('cancel', 'later');
  expect(await run.ended).toMatchObject({ exitCode: 1 });
  const { stdout } = await baton('logs', 'later');
  expect(stdout).toContain('attempt 1 failed');
  expect(stdout).toMatch(/wait was cancelled while it waited$/m);
});

test('bad input: an unknown run, an unknown task and a wrong --tail are refused', async () => {
  expect(await baton('logs', 'endet')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('did you mean "ended"?') as string,
  });
  expect(await baton('logs', 'ended', 'frist')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('run ended has no task "frist"; did you mean "first"?') as string,
  });
  expect(await baton('logs', 'ended', '--tail', '0')).toMatchObject({ exitCode: 2 });
});

test('-f shows the lines of a running attempt, and ends with the run', async () => {
  await write('follow.json', { name: 'follow', tasks: { held: { agent: 'hold', input: { until: 'go' } } } });
  const run = spawn('run', 'follow.json', '--id', 'followed', '--config', 'logs.yaml');
  await run.waitForLine('held running');
  const follow = spawn('logs', 'followed', '-f', '--json', '--config', 'logs.yaml');
  await expect
    .poll(async () => (await logs('followed', '--config', 'logs.yaml')).entries)
    .toMatchObject([{ call: 'held', kind: 'started', attempt: 1 }]);
  await write('go', '');
  const { exitCode, stdout } = await follow.ended;
  await run.ended;
  expect(exitCode).toBe(0);
  const kinds = stdout.split('\n').map((line) => (JSON.parse(line) as { kind: string }).kind);
  expect(kinds).toEqual(['started', 'succeeded']);
});

test('lines that are not here are said to be elsewhere, and the server gives the end of stderr', async () => {
  await rm(join(place.directory, '.baton', 'logs'), { recursive: true });
  const { entries, elsewhere } = await logs('ended', 'last');
  expect(elsewhere).toEqual([expect.stringMatching(/^baton-run:\d+@/)]);
  const failed = entries.filter(({ kind }) => kind === 'failed');
  expect(failed.at(-1)?.stack).toMatch(/^reading bad\nTraceback[\s\S]*ValueError: no good$/);
  const { stderr } = await baton('logs', 'ended');
  expect(stderr).toMatch(
    /^what calls logged on baton-run:\d+@\S+ is not in .*logs: of them you see what the server knows/m,
  );
});
