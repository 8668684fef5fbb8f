// A schedule of a project that encrypts: the server keeps its plan and input, and must not be able to read them.
import { execa } from 'execa';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { connect, type Baton } from '../../src/index.js';
import { freePort } from '../../src/system/ports.js';
import { useCliDirectory } from '../support/baton.js';

const place = useCliDirectory();
const { baton, json, spawn, write } = place;
const SECRET = 'the-secret-input';
const KEYS = { keys: [{ id: 'test', key: { env: 'SCHEDULE_TEST_KEY' } }] };
let client: Baton;
let port: number;

beforeAll(async () => {
  process.env['SCHEDULE_TEST_KEY'] = Buffer.alloc(32, 'k').toString('base64');
  await write('report.json', {
    name: 'report',
    tasks: { make: { agent: 'echo', input: { of: '{% $input.of %}', at: '{% $run.scheduledAt %}' } } },
    output: '{% $tasks.make.output %}',
  });
  await write('baton.config.yaml', {
    agents: [{ type: 'echo', kind: 'command', command: ['node', 'agent.js'] }],
    encryption: KEYS,
    schedules: [{ name: 'hourly', plan: './report.json', cron: '0 * * * *', input: { of: SECRET } }],
  });
  port = await freePort();
  const dev = spawn('dev', '--port', String(port), '--ui-port', String(await freePort()));
  await dev.waitForLine('worker ready');
  client = await connect({ directory: place.directory, encryption: KEYS });
});
afterAll(() => client?.close());

/** What Temporal's own command line, which has no key, shows. */
async function shownByServer(...args: string[]): Promise<string> {
  const { stdout } = await execa(inject('temporalBinary'), [
    ...args,
    ...['--output', 'json', '--address', `127.0.0.1:${port}`],
  ]);
  const data = [...stdout.matchAll(/"data": "(?<data>[^"]+)"/g)].map(({ groups }) => groups!['data']!);
  expect(data.length).toBeGreaterThan(0);
  return `${stdout}\n${data.map((text) => Buffer.from(text, 'base64').toString('latin1')).join('\n')}`;
}

test('a schedule with encryption: apply, show, trigger and backfill work, and the server cannot read plan and input', async () => {
  expect((await baton('schedule', 'apply', '--yes')).exitCode).toBe(0);
  const shown = (await json('schedule', 'list')) as { project: string };
  const id = `baton-schedule/${shown.project}/hourly`;
  expect(await json('schedule', 'show', 'hourly')).toMatchObject({ input: { of: SECRET } });
  expect((await baton('schedule', 'apply')).stderr).toContain('no changes');

  const { stdout: run } = await baton('schedule', 'trigger', 'hourly');
  expect((await client.run(run).result()).output).toMatchObject({ of: SECRET });
  const past = '2026-01-05T06:00:00.000Z';
  await baton('schedule', 'backfill', 'hourly', '--from', past, '--to', past);
  const runs = async () => await client.runs({ plan: 'report', limit: 10 });
  await expect.poll(async () => (await runs()).length).toBe(2);
  const second = (await runs()).find(({ runId }) => runId !== run)!;
  expect((await client.run(second.runId).result()).output).toEqual({ of: SECRET, at: past });

  expect(await shownByServer('schedule', 'describe', '--schedule-id', id)).not.toContain(SECRET);
  expect(await shownByServer('workflow', 'show', '--workflow-id', run)).not.toContain(SECRET);
});
