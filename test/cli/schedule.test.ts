// `baton schedule` on a real server: the time-skipping one has no Schedules.
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { connect, type Baton } from '../../src/index.js';
import { freePort } from '../../src/system/ports.js';
import { useCliDirectory } from '../support/baton.js';
import { onTerminal } from '../support/terminal.js';

// A test starts the command line up to ten times, which takes seconds each on a busy machine.
vi.setConfig({ testTimeout: 300_000 });

const place = useCliDirectory();
const { baton, json, spawn, write } = place;
let client: Baton;

const AGENTS = `
agents:
  - { type: echo, kind: command, command: [node, agent.js], description: Answers its input }
  - { type: hold, kind: command, command: [node, agent.js, hold], killAfter: 200ms }
project: shop
`;
const configure = (name: string, ...schedules: object[]) =>
  write(name, `${AGENTS}schedules: ${JSON.stringify(schedules)}\n`);

const HOURLY = {
  name: 'hourly',
  plan: './report.json',
  cron: '0 * * * *',
  timezone: 'Europe/Berlin',
  input: { of: 'sales' },
};

beforeAll(async () => {
  await write('report.json', {
    name: 'report',
    input: { type: 'object', properties: { of: { type: 'string' } }, required: ['of'] },
    tasks: { make: { agent: 'echo', input: { of: '{% $input.of %}', at: '{% $run.scheduledAt %}' } } },
    output: '{% $tasks.make.output %}',
  });
  await write('slow.json', { name: 'slow', tasks: { wait: { agent: 'hold', input: { until: 'released' } } } });
  await configure('baton.config.yaml', HOURLY);
  const dev = spawn('dev', '--port', String(await freePort()), '--ui-port', String(await freePort()));
  await dev.waitForLine('worker ready');
  client = await connect({ directory: place.directory });
});
afterAll(() => client?.close());

const resultsOf = async (prefix: string): Promise<unknown[]> => {
  const runs = (await client.runs({ limit: 50 })).filter(({ runId }) => runId.startsWith(prefix));
  return await Promise.all(runs.map(async ({ runId }) => (await client.run(runId).result()).output));
};

test('apply: shows the difference, needs --yes without a terminal, changes only this project, and removes what is gone', async () => {
  await client.client.schedule.create({
    scheduleId: 'baton-schedule/other/theirs',
    spec: { intervals: [{ every: '1d' }] },
    action: { type: 'startWorkflow', workflowType: 'x', taskQueue: 'x' },
  });
  const dry = await baton('schedule', 'apply', '--dry-run');
  expect([dry.exitCode, dry.stdout]).toEqual([0, '+ hourly: create']);
  const unasked = await baton('schedule', 'apply');
  expect([unasked.exitCode, unasked.stderr]).toEqual([
    2,
    expect.stringContaining('--yes: needed to apply changes without a terminal'),
  ]);
  expect(await json('schedule', 'list')).toEqual({ project: 'shop', schedules: [] });

  expect(await json('schedule', 'apply', '--yes')).toEqual({
    project: 'shop',
    changes: [{ name: 'hourly', action: 'create', changes: [] }],
    applied: true,
  });
  expect((await baton('schedule', 'apply')).stderr).toContain('no changes');

  await configure('changed.yaml', { ...HOURLY, cron: '30 * * * *', input: { of: 'returns' } });
  const changed = await baton('schedule', 'apply', '--yes', '--config', 'changed.yaml');
  expect(changed.stdout).toBe(
    '~ hourly: update\n    cron: "0 * * * *" → "30 * * * *"\n    input.of: "sales" → "returns"',
  );
  expect(await json('schedule', 'show', 'hourly')).toMatchObject({ cron: '30 * * * *', input: { of: 'returns' } });

  await configure('none.yaml');
  const removed = await baton('schedule', 'apply', '--yes', '--config', 'none.yaml');
  expect(removed.stdout).toBe('- hourly: delete');
  expect(await json('schedule', 'list')).toEqual({ project: 'shop', schedules: [] });
  await client.client.schedule.getHandle('baton-schedule/other/theirs').describe();
});

test('apply: a plan or an input that cannot run is refused, and nothing is changed', async () => {
  await configure('bad-input.yaml', { ...HOURLY, name: 'bad', input: {} });
  const bad = await baton('schedule', 'apply', '--yes', '--config', 'bad-input.yaml');
  expect([bad.exitCode, bad.stderr]).toEqual([2, expect.stringContaining('schedule bad: input')]);
  await configure('never.yaml', { ...HOURLY, cron: '0 0 30 2 *' });
  const never = await baton('schedule', 'apply', '--yes', '--config', 'never.yaml');
  expect([never.exitCode, never.stderr]).toEqual([2, expect.stringContaining('which has no date')]);
});

test('trigger: a run of the schedule starts now, and its id is the name and the time', async () => {
  await configure('trigger.yaml', { ...HOURLY, name: 'by-hand', tenant: 'acme' });
  await baton('schedule', 'apply', '--yes', '--config', 'trigger.yaml');
  const { stdout } = await baton('schedule', 'trigger', 'by-hand');
  expect(stdout).toMatch(/^by-hand-\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  expect((await client.run(stdout).result()).output).toMatchObject({
    of: 'sales',
    at: expect.stringMatching(/Z$/) as string,
  });
  expect(await client.runs({ plan: 'report', tenant: 'acme' })).toHaveLength(1);
});

test('backfill: one run for each time, in its order, each with its own scheduledAt', async () => {
  await configure('backfill.yaml', { ...HOURLY, name: 'past' });
  await baton('schedule', 'apply', '--yes', '--config', 'backfill.yaml');
  await baton('schedule', 'backfill', 'past', '--from', '2026-01-05T06:00:00Z', '--to', '2026-01-05T10:00:00Z');
  const times = [6, 7, 8, 9, 10].map((hour) => `2026-01-05T${String(hour).padStart(2, '0')}:00:00.000Z`);
  await expect
    .poll(async () => (await resultsOf('past-')).map((output) => (output as { at: string }).at).sort(), {
      timeout: 60_000,
    })
    .toEqual(times);
  const future = await baton('schedule', 'backfill', 'past', '--from', '2026-01-05', '--to', '2199-01-01');
  expect([future.exitCode, future.stderr]).toEqual([2, expect.stringContaining('expected a time that has passed')]);
});

test('overlap: skip leaves out the run that comes too early, buffer-one starts it later', async () => {
  const held = { plan: './slow.json', cron: '0 0 1 1 *' };
  await configure('overlap.yaml', { ...held, name: 'skips' }, { ...held, name: 'buffers', overlap: 'buffer-one' });
  await baton('schedule', 'apply', '--yes', '--config', 'overlap.yaml');
  for (const name of ['skips', 'buffers']) {
    const { stdout: first } = await baton('schedule', 'trigger', name);
    await expect.poll(async () => (await client.run(first).snapshot()).status).toBe('running');
    await baton('schedule', 'trigger', name);
  }
  expect(await json('schedule', 'show', 'skips')).toMatchObject({ skipped: 1, runs: [{}] });
  await write('released', '');
  await expect.poll(async () => (await resultsOf('buffers-')).length, { timeout: 60_000 }).toBe(2);
  expect(await resultsOf('skips-')).toHaveLength(1);
});

test('overlap: cancel-other and terminate-other end the run before, buffer-all keeps every run in order', async () => {
  await write('held.json', { name: 'held', tasks: { wait: { agent: 'hold', input: { until: 'let-go' } } } });
  const held = { plan: './held.json', cron: '0 0 1 1 *' };
  const policies = ['cancel-other', 'terminate-other', 'buffer-all'];
  await configure('others.yaml', ...policies.map((overlap) => ({ ...held, name: overlap, overlap })));
  await baton('schedule', 'apply', '--yes', '--config', 'others.yaml');
  const statusOf = async (id: string) => (await client.run(id).describe()).status.name;
  const trigger = async (name: string): Promise<string> => (await baton('schedule', 'trigger', name)).stdout;
  const first = new Map<string, string>();
  for (const name of policies) {
    first.set(name, await trigger(name));
    await expect.poll(() => statusOf(first.get(name)!)).toBe('RUNNING');
    await trigger(name);
  }
  await expect.poll(() => statusOf(first.get('cancel-other')!), { timeout: 60_000 }).toBe('CANCELLED');
  await expect.poll(() => statusOf(first.get('terminate-other')!), { timeout: 60_000 }).toBe('TERMINATED');
  expect(await statusOf(first.get('buffer-all')!)).toBe('RUNNING');
  await trigger('buffer-all');
  await write('let-go', '');
  await expect.poll(async () => (await resultsOf('buffer-all-')).length, { timeout: 60_000 }).toBe(3);
});

test('pause and resume keep their note, and apply does not resume what a person has paused', async () => {
  await configure('pause.yaml', { ...HOURLY, name: 'held-back' });
  await baton('schedule', 'apply', '--yes', '--config', 'pause.yaml');
  await baton('schedule', 'pause', 'held-back', '--note', 'audit until Friday');
  await configure('pause.yaml', { ...HOURLY, name: 'held-back', cron: '15 * * * *' });
  await baton('schedule', 'apply', '--yes', '--config', 'pause.yaml');
  const paused = { cron: '15 * * * *', paused: true, note: 'audit until Friday' };
  expect(await json('schedule', 'show', 'held-back')).toMatchObject(paused);
  await baton('schedule', 'resume', 'held-back');
  expect(await json('schedule', 'show', 'held-back')).toMatchObject({ paused: false });
  const { exitCode, stderr } = await baton('schedule', 'show', 'held-bak');
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining('did you mean "held-back"?')]);
});

test.runIf(process.platform === 'linux')(
  'apply: on a terminal it shows the difference and asks: n changes nothing, y applies',
  async () => {
    await configure('asks.yaml', { ...HOURLY, name: 'asked' });
    const names = async () =>
      ((await json('schedule', 'list')) as { schedules: { name: string }[] }).schedules.map(({ name }) => name);
    const before = await names();
    const removed = before.map((name) => `- ${name}: delete`);

    const refused = await applyOnTerminal('asks.yaml', 'n');
    expect(refused.exitCode).toBe(1);
    for (const line of ['+ asked: create', ...removed, 'nothing was changed']) expect(refused.shown).toContain(line);
    expect(await names()).toEqual(before);

    const accepted = await applyOnTerminal('asks.yaml', 'y');
    expect(accepted.exitCode).toBe(0);
    expect(accepted.shown).toContain('applied: 1 created');
    expect(await names()).toEqual(['asked']);
  },
);

async function applyOnTerminal(config: string, key: string) {
  const apply = onTerminal(place.directory, 'schedule', 'apply', '--config', config);
  await apply.untilShown(/apply these changes to project shop\? y or n/);
  apply.type(key);
  return await apply.ended;
}
