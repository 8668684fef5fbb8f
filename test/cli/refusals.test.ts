// What is refused before a server is asked, and a server that is not there. No server runs in these directories.
import { readdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { usePlace } from '../support/baton.js';

const place = usePlace();
const { baton, json, write } = place;

const GOOD = { name: 'good', input: { type: 'object', required: ['to'] }, tasks: { a: { agent: 'echo' } } };
/** Nothing listens there. */
const NOBODY = '127.0.0.1:1';

const refusal = (...lines: string[]) => ({
  exitCode: 2,
  stdout: '',
  stderr: lines.map((line) => `error: ${line}`).join('\n'),
});

test('usage is refused in one line, with what was meant', async () => {
  expect(await baton('statsu')).toEqual(refusal("unknown command 'statsu' (Did you mean status?)"));
  expect(await baton('help', 'statsu')).toEqual(refusal('help: there is no command "statsu"; did you mean "status"?'));
  expect(await baton('run')).toEqual(refusal("missing required argument 'plan'"));
  expect(await baton('run', 'x', 'y')).toEqual(refusal("too many arguments for 'run'. Expected 1 argument but got 2."));
  expect(await baton('run', 'x', '--inptu', '1')).toEqual(refusal("unknown option '--inptu' (Did you mean --input?)"));
  expect(await baton('constructor')).toEqual(refusal("unknown command 'constructor'"));
  expect(await baton('runs', '--limit', 'many')).toEqual(
    refusal('--limit: expected a whole number from 1 to 10000, got "many"'),
  );
});

test('a refusal with --json is one document on stdout', async () => {
  const message = "unknown option '--bogus'";
  expect(await json('run', 'x', '--bogus')).toEqual({
    error: { type: 'UsageError', message, problems: [{ message }] },
  });
});

test('no command at all prints the help on stderr', async () => {
  const { exitCode, stdout, stderr } = await baton();
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toContain('Usage: baton');
});

test('--help and --version are answers', async () => {
  expect((await baton('--version')).stdout).toMatch(/^\d+\.\d+\.\d+$/);
  expect((await baton('run', '--help')).stdout).toContain('--detach');
});

test('a broken plan is refused with all its problems, one line each, and nothing is started', async () => {
  await write('broken.yaml', 'name: x\ntasks:\n  a: { agent: ecco }\n  b: { agent: echo, needs: [c] }\n');
  expect(await baton('run', 'broken.yaml')).toEqual(
    refusal(
      'tasks.a.agent: expected the type of an agent that is registered, got "ecco"; did you mean "echo"?',
      'tasks.b.needs[0]: expected the id of a task of this plan, got "c"',
    ),
  );
  expect(await readdir(place.directory)).not.toContain('.baton');
});

test('validate says the same, with codes for programs', async () => {
  await write('one.yaml', 'name: x\ntasks: { a: { agent: ecco } }');
  expect(await json('validate', 'one.yaml')).toMatchObject({
    valid: false,
    problems: [{ code: 'plan.unknown-agent', path: 'tasks.a.agent' }],
  });
  await write('good.json', GOOD);
  expect(await baton('validate', 'good.json')).toEqual({ exitCode: 0, stdout: 'good.json: valid', stderr: '' });
  expect(await json('validate', 'good.json')).toEqual({ valid: true, problems: [] });
});

test.each([
  ['empty.yaml', '', 'plan: empty.yaml: expected a plan, got an empty file'],
  ['torn.yaml', 'name: [', 'plan: torn.yaml:'],
  ['binary.yaml', Buffer.from([0xff, 0xfe, 0, 1]).toString('latin1'), 'plan'],
])('the plan file %s is refused in one line', async (name, content, begins) => {
  await write(name, content);
  const { exitCode, stderr } = await baton('run', name);
  expect(exitCode).toBe(2);
  expect(stderr.split('\n')).toEqual([expect.stringContaining(begins)]);
});

test('a plan that is not there, or a directory, is refused by name', async () => {
  expect(await baton('run', 'nowhere.yaml')).toEqual(refusal('plan: nowhere.yaml: cannot be read: no such file'));
  expect(await baton('run', '.')).toEqual(refusal('plan: .: expected a file, got a directory'));
});

test('input that is no JSON, is not there, or does not fit the plan is refused', async () => {
  await write('good.json', GOOD);
  const run = (input: string) => baton('run', 'good.json', '--input', input);
  expect(await run('{bad')).toEqual(refusal('--input: expected JSON, got "{bad" (line 1, column 2)'));
  expect(await run('@missing.json')).toEqual(refusal('--input: cannot read missing.json: there is no such file'));
  expect(await run('@.')).toEqual(refusal('--input: cannot read .: it is a directory'));
  expect(await run('good.json')).toEqual(
    refusal('--input: expected JSON, got "good.json"; a file is written @good.json'),
  );
  expect(await run('{}')).toEqual(refusal('input.to: expected a value, got nothing'));
});

test('an id that cannot be shown on a line is refused', async () => {
  await write('good.json', GOOD);
  expect(await baton('run', 'good.json', '--id', 'a\nb')).toEqual(
    refusal('--id: expected 1 to 200 characters on one line, got "a\\nb"'),
  );
});

test('agents of a plan are unknown where there is no configuration, which is said', async () => {
  await write('good.json', GOOD);
  await write('none.yaml', 'agents: []');
  const { exitCode, stderr } = await baton('run', 'good.json', '--config', 'none.yaml', '--input', '{"to":1}');
  expect(exitCode).toBe(2);
  expect(stderr).toContain('tasks.a.agent: expected the type of an agent that is registered');
});

test('a server that cannot be reached exits with 3 and says what was tried', async () => {
  await write('good.json', GOOD);
  const expected = {
    exitCode: 3,
    stdout: '',
    stderr: `error: no Temporal server could be reached\n  ${NOBODY} (given address): connect ECONNREFUSED ${NOBODY}`,
  };
  expect(await baton('run', 'good.json', '--input', '{"to":1}', '--address', NOBODY)).toEqual(expected);
  expect(await baton('status', 'x', '--address', NOBODY)).toEqual(expected);
  expect(await baton('worker', '--address', NOBODY)).toEqual(expected);
});

test('--detach starts no server', async () => {
  await write('good.json', GOOD);
  const { exitCode, stderr } = await baton('run', 'good.json', '--input', '{"to":1}', '--detach');
  expect(exitCode).toBe(3);
  expect(stderr).toContain('none is started for --detach; "baton dev" starts a server and a worker');
});

test('a look where nothing has been run starts nothing', async () => {
  const { exitCode, stderr } = await baton('runs');
  expect(exitCode).toBe(3);
  expect(stderr).toContain('nothing has been run in this directory');
  expect(await readdir(place.directory)).not.toContain('.baton');
});

test('dev refuses a port that another program has', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void other.close());
  await once(other, 'listening');
  const address = other.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const { exitCode, stderr } = await baton('dev', '--port', String(port));
  expect(exitCode).toBe(3);
  expect(stderr).toContain(`port ${port} of 127.0.0.1 is in use by another program`);
});

test('a configuration that is malformed is refused with its line', async () => {
  await write('bad.mjs', 'export default {\n agents: [,,\n');
  const { exitCode, stderr } = await baton('agents', '--config', 'bad.mjs');
  expect({ exitCode, lines: stderr.split('\n').length }).toEqual({ exitCode: 2, lines: 1 });
  expect(stderr).toMatch(/^error: bad\.mjs:\d: Unexpected end of input$/);
});

test('what a configuration prints while it is loaded does not reach stdout', async () => {
  await write('loud.mjs', "console.log('hello'); export default { agents: [] }");
  const { stdout, stderr } = await baton('agents', '--config', 'loud.mjs', '--json');
  expect(JSON.parse(stdout)).toEqual({ agents: [] });
  expect(stderr).toBe('hello');
});
