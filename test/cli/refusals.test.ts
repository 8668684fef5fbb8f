// What is refused before a server is asked, and a server that is not there. No server runs in these directories.
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { useCliDirectory } from '../support/baton.js';

const place = useCliDirectory();
const { baton, json, write } = place;

const GOOD = { name: 'good', input: { type: 'object', required: ['to'] }, tasks: { a: { agent: 'echo' } } };
/** Nothing listens there. */
const NOBODY = '127.0.0.1:1';

const refusal = (...lines: string[]) => ({
  exitCode: 2,
  stdout: '',
  stderr: lines.map((line) => `error: ${line}`).join('\n'),
});

test('usage: a wrong command line is rejected with one line and a suggestion', async () => {
  expect(await baton('statsu')).toEqual(refusal("unknown command 'statsu' (Did you mean status?)"));
  expect(await baton('help', 'statsu')).toEqual(refusal('help: there is no command "statsu"; did you mean "status"?'));
  expect(await baton('run')).toEqual(refusal("missing required argument 'plan'"));
  expect(await baton('run', 'x', 'y')).toEqual(refusal("too many arguments for 'run'. Expected 1 argument but got 2."));
  expect(await baton('run', 'x', '--inptu', '1')).toEqual(refusal("unknown option '--inptu' (Did you mean --input?)"));
  expect(await baton('--config', 'x.yaml', 'runs')).toEqual(
    refusal("unknown option '--config'; options of a command come after its name: baton runs --config"),
  );
  expect(await baton('help', 'rnu')).toEqual(refusal('help: there is no command "rnu"; did you mean "run"?'));
  expect(await baton('constructor')).toEqual(refusal("unknown command 'constructor'"));
  expect(await baton('runs', '--limit', 'many')).toEqual(
    refusal('--limit: expected a whole number from 1 to 10000, got "many"'),
  );
});

test('graph --output: a file that cannot be written is refused with the reason', async () => {
  await write('good.json', GOOD);
  expect(await baton('graph', 'good.json', '-o', 'no-such/x.svg')).toEqual(
    refusal('--output: no-such/x.svg cannot be written: its directory does not exist'),
  );
  expect(await baton('graph', 'good.json', '-o', '.')).toEqual(
    refusal('--output: . cannot be written: it is a directory'),
  );
});

test('files: a name with a typing error, a plan in place of a configuration and the reverse are refused with what to do', async () => {
  await mkdir(join(place.directory, 'similar'));
  await write('similar/shop.yaml', 'name: shop');
  await write('similar/agents.yaml', 'agents: []');
  await write('similar/whole.yaml', 'name: shop\ntasks: { a: { agent: echo } }');
  await write('similar/input.json', '{}');
  expect(await baton('validate', 'similar/shop.yml')).toEqual(
    refusal('plan: similar/shop.yml: cannot be read: no such file; did you mean "shop.yaml"?'),
  );
  expect(await baton('runs', '--config', 'similar/agent.yaml')).toEqual(
    refusal('similar/agent.yaml: expected a configuration file, found nothing there; did you mean "agents.yaml"?'),
  );
  expect(await baton('run', 'similar/whole.yaml', '--input', '@similar/inptu.json')).toEqual(
    refusal('--input: cannot read similar/inptu.json: no such file; did you mean "input.json"?'),
  );
  expect(await baton('validate', 'similar/agents.yaml')).toEqual(
    refusal('plan: similar/agents.yaml: expected a plan, got a configuration: it has "agents", and no "tasks"'),
  );
  expect(await baton('runs', '--config', 'similar/whole.yaml')).toEqual(
    refusal('similar/whole.yaml: expected a configuration, got a plan: it has "tasks", and no "agents"'),
  );
});

test('--json: an error is one document on stdout', async () => {
  const message = "unknown option '--bogus'";
  expect(await json('run', 'x', '--bogus')).toEqual({
    error: { type: 'UsageError', message, problems: [{ message }] },
  });
});

test('baton without a command prints the help on stderr', async () => {
  const { exitCode, stdout, stderr } = await baton();
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toContain('Usage: baton');
});

test('--help and --version exit with 0', async () => {
  expect((await baton('--version')).stdout).toMatch(/^\d+\.\d+\.\d+$/);
  expect((await baton('run', '--help')).stdout).toContain('--detach');
});

test('run: an invalid plan is rejected with all its problems, one line each, and nothing is started', async () => {
  await write('broken.yaml', 'name: x\ntasks:\n  a: { agent: ecco }\n  b: { agent: echo, needs: [c] }\n');
  expect(await baton('run', 'broken.yaml')).toEqual(
    refusal(
      'tasks.a.agent: expected the type of an agent that is registered, got "ecco"; did you mean "echo"? (broken.yaml:3:15)',
      'tasks.b.needs[0]: expected the id of a task of this plan, got "c" (broken.yaml:4:29)',
    ),
  );
  expect(await readdir(place.directory)).not.toContain('.baton');
});

test('validate: the same problems are reported, with codes for programs', async () => {
  await write('one.yaml', 'name: x\ntasks: { a: { agent: ecco } }');
  expect(await json('validate', 'one.yaml')).toMatchObject({
    valid: false,
    problems: [{ code: 'plan.unknown-agent', path: 'tasks.a.agent' }],
  });
  await write('good.json', GOOD);
  expect(await baton('validate', 'good.json')).toEqual({ exitCode: 0, stdout: 'good.json: valid', stderr: '' });
  expect(await json('validate', 'good.json')).toEqual({ valid: true, problems: [] });
});

test('validate: what has no effect is a warning, and the plan is valid', async () => {
  await write('warned.json', {
    $schema: './plan.schema.json',
    name: 'warned',
    tasks: {
      a: { agent: 'echo', forEach: { items: [1], batch: { max: 25, wait: '20ms' } } },
      tidy: { agent: 'echo', needs: ['a'], join: 'all-done' },
    },
  });
  const { exitCode, stdout, stderr } = await baton('validate', 'warned.json');
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'warned.json: valid' });
  expect(stderr.split('\n')).toEqual([
    'warning: tasks.a.forEach.batch: has no effect in this version: each item is a call of its own',
    expect.stringMatching(/^warning: tasks\.tidy\.join: "all-done" does not start the task after a failure/),
  ]);
  expect(await json('validate', 'warned.json')).toMatchObject({
    valid: true,
    warnings: [{}, {}].map(() => expect.any(String) as string),
  });
});

test.each([
  ['empty.yaml', '', 'plan: empty.yaml: expected a plan, got an empty file'],
  ['torn.yaml', 'name: [', 'plan: torn.yaml:'],
  ['binary.yaml', Buffer.from([0xff, 0xfe, 0, 1]).toString('latin1'), 'plan'],
])('run: the plan file %s is rejected with one line', async (name, content, begins) => {
  await write(name, content);
  const { exitCode, stderr } = await baton('run', name);
  expect(exitCode).toBe(2);
  expect(stderr.split('\n')).toEqual([expect.stringContaining(begins)]);
});

test('run: a plan file that does not exist or is a directory is rejected by name', async () => {
  expect(await baton('run', 'nowhere.yaml')).toEqual(refusal('plan: nowhere.yaml: cannot be read: no such file'));
  expect(await baton('run', '.')).toEqual(refusal('plan: .: expected a file, got a directory'));
});

test('run --input: a value that is not JSON, a missing file and an input that does not fit are rejected', async () => {
  await write('good.json', GOOD);
  const run = (input: string) => baton('run', 'good.json', '--input', input);
  expect(await run('{bad')).toEqual(refusal('--input: expected JSON, got "{bad" (line 1, column 2)'));
  expect(await run('@missing.json')).toEqual(refusal('--input: cannot read missing.json: no such file'));
  expect(await run('@.')).toEqual(refusal('--input: cannot read .: it is a directory'));
  expect(await run('good.json')).toEqual(
    refusal('--input: expected JSON, got "good.json"; to read a file, write @good.json'),
  );
  expect(await run('{}')).toEqual(refusal('input.to: expected a value, got nothing'));
});

test('run --input, event --data: numbers and bytes that would be changed are rejected, with their place', async () => {
  await write('good.json', GOOD);
  const big =
    'to: expected a number that JavaScript can hold without changing it, got 9223372036854775807; send it as text, in quotes';
  expect(await baton('run', 'good.json', '--input', '{"to": 9223372036854775807}')).toEqual(refusal(`--input: ${big}`));
  expect(await baton('event', 'r', 'paid', '--data', '{"to": 9223372036854775807}')).toEqual(refusal(`--data: ${big}`));
  await write('big.json', '{"to": 9223372036854775807}');
  expect(await baton('run', 'good.json', '--input', '@big.json')).toEqual(refusal(`--input big.json: ${big}`));
  await writeFile(join(place.directory, 'latin1.json'), Buffer.from('{"to": "Jürgen"}', 'latin1'));
  expect(await baton('run', 'good.json', '--input', '@latin1.json')).toEqual(
    refusal('--input latin1.json: expected text in UTF-8, got the byte 0xfc at offset 9'),
  );
  await write('mark.json', '\uFEFF{}');
  expect(await baton('run', 'good.json', '--input', '@mark.json')).toEqual(
    refusal('input.to: expected a value, got nothing'),
  );
});

test('run --id: an id that does not fit on one line is rejected', async () => {
  await write('good.json', GOOD);
  expect(await baton('run', 'good.json', '--id', 'a\nb')).toEqual(
    refusal('--id: expected 1 to 200 characters on one line, got "a\\nb"'),
  );
});

test('run: without a configuration, agents are unknown, and the error says so', async () => {
  await write('good.json', GOOD);
  await write('none.yaml', 'agents: []');
  const { exitCode, stderr } = await baton('run', 'good.json', '--config', 'none.yaml', '--input', '{"to":1}');
  expect(exitCode).toBe(2);
  expect(stderr).toContain('tasks.a.agent: expected the type of an agent that is registered');
});

test('a server that cannot be reached: exit code 3, and a list of what was tried', async () => {
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

test('run --detach: no server is started', async () => {
  await write('good.json', GOOD);
  const { exitCode, stderr } = await baton('run', 'good.json', '--input', '{"to":1}', '--detach');
  expect(exitCode).toBe(3);
  expect(stderr).toContain('--detach starts no server; "baton dev" starts a server and a worker');
});

test('status: no server is started in a directory in which none has run', async () => {
  const { exitCode, stderr } = await baton('runs');
  expect(exitCode).toBe(3);
  expect(stderr).toContain('no server has run in this directory');
  expect(await readdir(place.directory)).not.toContain('.baton');
});

test('dev: a port that another program uses is rejected', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void other.close());
  await once(other, 'listening');
  const address = other.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const { exitCode, stderr } = await baton('dev', '--port', String(port));
  expect(exitCode).toBe(3);
  expect(stderr).toContain(`port ${port} of 127.0.0.1 is in use by another program`);
});

test('a malformed configuration is rejected with its line', async () => {
  await write('bad.mjs', 'export default {\n agents: [,,\n');
  const { exitCode, stderr } = await baton('agents', '--config', 'bad.mjs');
  expect({ exitCode, lines: stderr.split('\n').length }).toEqual({ exitCode: 2, lines: 1 });
  expect(stderr).toMatch(/^error: bad\.mjs:\d: Unexpected end of input$/);
});

test('output of a configuration while it is loaded does not reach stdout', async () => {
  await write('loud.mjs', "console.log('hello'); export default { agents: [] }");
  const { stdout, stderr } = await baton('agents', '--config', 'loud.mjs', '--json');
  expect(JSON.parse(stdout)).toEqual({ agents: [] });
  expect(stderr).toBe('hello');
});

test('event, approve: a message that is too large or too long is rejected before a server is looked for', async () => {
  await write('large.json', JSON.stringify('x'.repeat(20_000_000)));
  expect(await baton('event', 'r', 'paid', '--data', '@large.json', '--address', NOBODY)).toEqual(
    refusal(
      'data: expected at most 2031616 bytes of JSON, got 20000002; store the data where agents can fetch it, and send a reference to it',
    ),
  );
  expect(await baton('event', 'r', 'x'.repeat(501), '--address', NOBODY)).toEqual(
    refusal('NAME: expected 1 to 500 characters on one line, got 501 characters'),
  );
  expect(await baton('event', 'r', 'paid', '--id', 'x'.repeat(201), '--address', NOBODY)).toEqual(
    refusal('--id: expected 1 to 200 characters on one line, got 201 characters'),
  );
  expect(await baton('approve', 'r', 'ok', '--comment', 'x'.repeat(10_001), '--address', NOBODY)).toEqual(
    refusal('comment: expected at most 10000 characters, got 10001'),
  );
});
