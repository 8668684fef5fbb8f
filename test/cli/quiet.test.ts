// What is printed, and where, in a directory in which no server runs.
import { expect, inject, test } from 'vitest';
import { execa } from 'execa';
import { CLI } from '../support/built-cli.js';
import { useCliDirectory } from '../support/baton.js';

const place = useCliDirectory();
const { baton, spawn, write } = place;

const PLAN = { name: 'p', tasks: { a: { agent: 'echo', input: 1 } }, output: '{% $tasks.a.output %}' };

test('run --quiet: stderr is empty, also if a server is started for the run', async () => {
  await write('p.json', PLAN);
  expect(await baton('run', 'p.json', '--quiet')).toEqual({ exitCode: 0, stdout: '1', stderr: '' });
  expect((await baton('run', 'p.json', '--id', 'loud')).stderr).toMatch(/^starting a Temporal server on /);
});

test('result --quiet: stderr is empty, also if the run is in progress', async () => {
  await write('slow.json', { name: 'p', tasks: { w: { event: { name: 'go' } } }, output: 'end' });
  const run = spawn('run', 'slow.json', '--id', 'slow');
  await run.waitForLine('w running');
  const result = spawn('result', 'slow', '--quiet');
  const loud = spawn('result', 'slow');
  await loud.waitForLine('waiting for its end');
  await baton('event', 'slow', 'go');
  expect(await result.ended).toEqual({ exitCode: 0, stdout: 'end', stderr: '' });
  await run.ended;
});

test('runs: without a run that was chosen, stderr says so and names the server, stdout is empty', async () => {
  const { exitCode, stdout, stderr } = await baton('runs', '--plan', 'nothing');
  expect([exitCode, stdout]).toEqual([0, '']);
  expect(stderr).toMatch(/^no runs with --plan nothing on 127\.0\.0\.1:\d+ \(namespace default\)$/m);
  for (const [args, message] of [
    [['--status', 'done'], 'error: --status: expected one of running, '],
    [['--since', 'yesterday'], 'error: --since: expected a duration such as "2h", or a time in ISO 8601'],
    [['--waiting', '--status', 'failed'], 'error: --waiting and --status exclude each other'],
  ] as const) {
    const refused = await baton('runs', ...args);
    expect([refused.exitCode, refused.stderr]).toEqual([2, expect.stringContaining(message)]);
  }
});

test('an output that cannot be written because the disk is full is an error', async () => {
  const script = `"$1" "$2" schema > /dev/full`;
  const { exitCode, stderr } = await execa('sh', ['-c', script, 'sh', process.execPath, CLI], {
    cwd: place.directory,
    reject: false,
  });
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining('the output could not be written: ENOSPC')]);
  // A reader that has read enough is none.
  const head = await execa('sh', ['-c', '"$1" "$2" schema | head -1', 'sh', process.execPath, CLI], {
    cwd: place.directory,
  });
  expect([head.stdout, head.stderr]).toEqual(['{', '']);
});

test.each([false, true])('testBaton: nothing is printed, with time skipping %s', async (timeSkipping) => {
  const program = `
    import { testBaton } from ${JSON.stringify(new URL('../../dist/testing.js', import.meta.url).href)};
    const { run, close } = await testBaton({ agents: [], timeSkipping: ${timeSkipping} });
    const { status } = await run({ name: 'p', tasks: { w: { wait: '1s' } } });
    await close();
    process.exitCode = status === 'completed' ? 0 : 1;
  `;
  const env = {
    BATON_TEMPORAL_CLI: inject('temporalBinary'),
    BATON_TEMPORAL_TEST_SERVER: inject('testServerBinary'),
  };
  const { exitCode, all } = await execa(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: place.directory,
    env,
    all: true,
    reject: false,
  });
  expect([exitCode, all]).toEqual([0, '']);
});
