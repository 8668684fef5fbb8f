// `--id`: the same run is found, another one is refused. The server is the one that `dev` has started.
import { beforeAll, expect, test } from 'vitest';
import { freePort } from '../../src/system/ports.js';
import { useCliDirectory } from '../support/baton.js';

const { baton, json, spawn, write } = useCliDirectory();

const greet = (agent: string) => ({
  name: 'greet',
  tasks: { hello: { agent, input: '{% $input.to %}' } },
  output: '{% $tasks.hello.output %}',
});
const start = (plan: string, to: string, ...more: string[]) =>
  ['run', plan, '--input', JSON.stringify({ to }), ...more] as const;

beforeAll(async () => {
  const dev = spawn('dev', '--port', String(await freePort()), '--ui-port', String(await freePort()));
  await dev.waitForLine('worker ready');
  await write('greet.json', greet('echo'));
  await write('other.json', greet('hold'));
  await write('ask.json', { name: 'ask', tasks: { ok: { approve: { title: 'May I?' } } } });
});

const ANOTHER_INPUT =
  'error: run one exists already, and has another input: input.to: "first" there, "second" here; use another id for this run';

test('run --id: an ended run with another input is refused with exit 2, and its output is not printed', async () => {
  expect(await baton(...start('greet.json', 'first', '--id', 'one'))).toMatchObject({ exitCode: 0, stdout: 'first' });
  const other = await baton(...start('greet.json', 'second', '--id', 'one'));
  expect({ exitCode: other.exitCode, stdout: other.stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(other.stderr).toContain(ANOTHER_INPUT);
  const detached = await baton(...start('greet.json', 'second', '--id', 'one', '--detach'));
  expect(detached).toMatchObject({ exitCode: 2, stdout: '' });
  expect(detached.stderr).toContain(ANOTHER_INPUT);
  expect(await json(...start('greet.json', 'second', '--id', 'one'))).toMatchObject({ error: { type: 'Refused' } });
  expect(await baton(...start('greet.json', 'first', '--id', 'one'))).toMatchObject({ exitCode: 0, stdout: 'first' });
});

test('run --id: another plan is refused', async () => {
  await baton(...start('greet.json', 'x', '--id', 'two'));
  const { exitCode, stderr } = await baton(...start('other.json', 'x', '--id', 'two'));
  expect(exitCode).toBe(2);
  expect(stderr).toContain(
    'error: run two exists already, and has another plan: plan.tasks.hello.agent: "echo" there, "hold" here; use another id',
  );
});

test('run --id: a run in progress with another input is refused, and is not touched', async () => {
  await baton('run', 'ask.json', '--id', 'three', '--detach');
  const { exitCode, stderr } = await baton('run', 'ask.json', '--input', '{"a":1}', '--id', 'three');
  expect(exitCode).toBe(2);
  expect(stderr).toContain('another input: input.a: nothing there, 1 here');
  expect(await json('status', 'three')).toMatchObject({ status: 'running' });
  expect((await baton('cancel', 'three')).exitCode).toBe(0);
});
