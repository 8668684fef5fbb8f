// What receivers outside get of runs: onRunEnd of a worker, and webhooks.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from '@temporalio/worker';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, inject, onTestFinished, test, vi } from 'vitest';
import {
  Baton,
  functionAgent,
  type EmbeddedBaton,
  type EmbeddedOptions,
  type RunEndContext,
  type RunResult,
} from '../src/index.js';
import { MAX_DESCRIPTION, MAX_TITLE } from '../src/domain/question.js';
import { type FoundServer, findServer } from '../src/server/index.js';
import { NOBODY } from './server/place.js';
import { buildCli, DIST } from './support/built-cli.js';
import { openNoticeReceiver, type NoticeReceiver } from './support/notice-receiver.js';
import { silenceTemporal } from './support/silence.js';

const SECRET = `whsec_${Buffer.from('a secret of a receiver, 32 bytes').toString('base64')}`;
const echo = functionAgent({ type: 'echo', run: (input) => input });
const broken = functionAgent({
  type: 'broken',
  retry: { attempts: 1 },
  run: () => {
    throw new Error('no more rooms');
  },
});
const plan = { name: 'greet', tasks: { a: { agent: 'echo', input: 'private text' } } };
const failing = { name: 'book', tasks: { room: { agent: 'broken' } } };
const asking = {
  name: 'publish',
  tasks: {
    ask: { approve: { title: "{% 'Publish ' & $input.page & '?' %}", timeout: '3d' } },
    sub: { plan: { name: 'sub', tasks: { a: { agent: 'echo' } } }, needs: ['ask'] },
  },
};

let directory: string;
let receiver: NoticeReceiver;
let server: FoundServer;
beforeAll(async () => {
  await buildCli();
  silenceTemporal();
  vi.stubEnv('RECEIVER_SECRET', SECRET);
  directory = await mkdtemp(join(tmpdir(), 'baton-notices-'));
  receiver = await openNoticeReceiver(SECRET);
  // Held for the whole file: otherwise each test starts one.
  server = await findServer({ directory, localAddress: NOBODY });
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await receiver.down();
  await server.release();
  await rm(directory, { recursive: true, force: true });
});

let queues = 0;
/** Each test has a Task Queue of its own: the receivers are those of the workers that poll it. */
async function open(options: Partial<EmbeddedOptions>): Promise<EmbeddedBaton> {
  const baton = await Baton.embedded({
    agents: [echo, broken],
    directory,
    taskQueue: `notices-${++queues}`,
    workflowBundle: { codePath: inject('workflowBundle') },
    ...options,
  });
  onTestFinished(() => baton.close());
  return baton;
}
const hook = (more: object = {}) => ({
  name: 'chat',
  url: receiver.url,
  secret: { env: 'RECEIVER_SECRET' },
  ...more,
});
const of = (run: string) => receiver.received.filter(({ body }) => body.data['run'] === run);

test('onRunEnd: gets the result of each run that ends, in whichever way, and is called again after it has thrown', async () => {
  const seen: [RunResult, RunEndContext][] = [];
  const onRunEnd = (result: RunResult, context: RunEndContext): void => {
    seen.push([result, context]);
    if (result.status === 'failed' && context.attempt === 1) throw new Error('try again');
  };
  const baton = await open({ onRunEnd });
  for (const [id, one] of Object.entries({ done: plan, failed: failing })) await baton.start(one, { id });
  const asked = await baton.start(asking, { id: 'cancelled', input: { page: 'home' } });
  await expect.poll(async () => (await asked.snapshot()).state).toBe('waiting');
  await asked.cancel();
  await expect.poll(() => seen.length).toBe(4);
  const ends = seen.map(([{ runId, status }, { attempt }]) => `${runId} ${status} ${attempt}`);
  expect(ends.sort()).toEqual(['cancelled cancelled 1', 'done completed 1', 'failed failed 1', 'failed failed 2']);
  const ofFailed = seen.filter(([{ runId }]) => runId === 'failed');
  expect(new Set(ofFailed.map(([, { id }]) => id)).size).toBe(1);
  expect(ofFailed[0]![0].failure?.message).toContain('no more rooms');
  expect(seen.find(([{ runId }]) => runId === 'done')![0].tasks['a']?.output).toBe('private text');
});

test('webhooks: a receiver that is down when the run ends gets the notice later, signed, and the run is not held up', async () => {
  const baton = await open({ webhooks: [hook({ events: ['run.ended'] })] });
  await receiver.down();
  const run = await baton.start(failing, { id: 'down', correlationId: 'order-1' });
  expect((await run.result()).status).toBe('failed');
  const notices = async () => {
    const found = [];
    for await (const one of baton.client.workflow.list({ query: "WorkflowType = 'notice'" }))
      found.push(one.workflowId);
    return found;
  };
  const id = async () => (await notices()).find((one) => one.endsWith('_ended'));
  await expect.poll(id).toBeDefined();
  const failures = async () => {
    const { raw } = await baton.client.workflow.getHandle((await id())!).describe();
    return raw.pendingActivities?.[0]?.lastFailure?.message ?? '';
  };
  await expect.poll(failures).toBe('webhook chat: no connection (ECONNREFUSED)');
  await receiver.up();
  await expect.poll(() => of('down').length).toBe(1);
  const [notice] = of('down');
  expect(notice).toMatchObject({
    isSigned: true,
    body: {
      type: 'run.ended',
      data: {
        plan: 'book',
        status: 'failed',
        correlationId: 'order-1',
        failure: { type: 'TaskFailed', task: 'room', message: expect.stringContaining('no more rooms') as unknown },
      },
    },
  });
  expect(notice!.id).toMatch(/^[0-9a-f-]{36}_ended$/);
  const history = JSON.stringify(await baton.client.workflow.getHandle((await id())!).fetchHistory());
  for (const hidden of [SECRET, receiver.url, Buffer.from(receiver.url).toString('base64').slice(0, 20)])
    expect(history).not.toContain(hidden);
});

test('webhooks: a receiver that answers with errors gets the same notice again, under the same id', async () => {
  const baton = await open({ webhooks: [hook()] });
  receiver.answers.push(500, 302, { endless: 503 });
  await (await baton.start(plan, { id: 'errors' })).result();
  await expect.poll(() => of('errors').length).toBe(4);
  const all = of('errors');
  expect(all.map(({ answer, isSigned }) => [answer, isSigned])).toEqual([
    [500, true],
    [302, true],
    [503, true],
    [204, true],
  ]);
  expect(new Set(all.map(({ id }) => id)).size).toBe(1);
  expect(all[3]!.body).toEqual(all[0]!.body);
  expect(JSON.stringify(all)).not.toContain('private text');
});

test('webhooks: a receiver gets the notices of its filter, of approvals with title, time limit and command', async () => {
  const baton = await open({
    webhooks: [
      hook({ when: { plans: ['publish'] } }),
      hook({
        name: 'failures',
        url: `${receiver.url}?failures`,
        when: { statuses: ['failed'] },
        events: ['run.ended'],
      }),
    ],
  });
  await (await baton.start(plan, { id: 'unwanted' })).result();
  const run = await baton.start(asking, { id: 'asking', input: { page: 'home' } });
  await expect.poll(() => of('asking').length).toBe(1);
  const [{ body, isSigned }] = of('asking') as [(typeof receiver.received)[0]];
  expect([body.type, isSigned]).toEqual(['approval.waiting', true]);
  expect(body.data).toMatchObject({
    ...{ task: 'ask', kind: 'approval', title: 'Publish home?', onTimeout: 'reject' },
    command: 'baton approve asking ask',
  });
  expect(Date.parse(String(body.data['until'])) - Date.parse(body.timestamp)).toBe(3 * 86_400_000);
  await run.approve('ask');
  await run.result();
  await expect.poll(() => of('asking').length).toBe(2);
  expect(of('asking')[1]!.body).toMatchObject({ type: 'run.ended', data: { status: 'completed' } });
  expect(of('unwanted')).toEqual([]);

  // A worker without receivers replays the run: its history decides.
  const history = await baton.client.workflow.getHandle('asking').fetchHistory();
  await Worker.runReplayHistory({ workflowBundle: { codePath: inject('workflowBundle') } }, history, 'asking');
});

test('webhooks: a title and a description of megabytes are cut', async () => {
  const baton = await open({ webhooks: [hook()] });
  const long = { name: 'long', tasks: { ask: { approve: { title: '{% $input %}', description: '{% $input %}' } } } };
  const run = await baton.start(long, { id: 'long', input: 'Publish? '.repeat(120_000) });
  await expect.poll(() => of('long').length).toBe(1);
  const { title, description } = of('long')[0]!.body.data as { title: string; description: string };
  expect([title.length, description.length]).toEqual([MAX_TITLE, MAX_DESCRIPTION]);
  await run.cancel();
});

test('a worker without receivers starts no notice', async () => {
  const baton = await open({});
  await (await baton.start(plan, { id: 'silent' })).result();
  const types = (await baton.client.workflow.getHandle('silent').fetchHistory()).events!.map(
    (event) => event.startChildWorkflowExecutionInitiatedEventAttributes?.workflowType?.name,
  );
  expect(types.filter((type) => type !== undefined)).toEqual([]);
});

test('webhooks: an address and a secret that cannot be used are refused before the worker starts, by their key', async () => {
  await expect(open({ webhooks: [hook({ secret: { env: 'NO_SUCH_SECRET' } })] })).rejects.toThrow(
    'webhooks[0].secret: the environment variable "NO_SUCH_SECRET" of the worker is not set',
  );
  vi.stubEnv('BAD_SECRET', 'whsec_§§§');
  await expect(open({ webhooks: [hook({ secret: { env: 'BAD_SECRET' } })] })).rejects.toThrow(
    'webhooks[0].secret: expected base64, with or without whsec_ in front',
  );
  await expect(open({ webhooks: [hook({ url: { env: 'NO_SUCH_URL' } })] })).rejects.toThrow(
    'webhooks[0].url (NO_SUCH_URL): the variable is not set',
  );
});

const WORKER = `
import { createWorker, functionAgent } from '${pathToFileURL(join(DIST, 'index.js')).href}';
import { appendFile } from 'node:fs/promises';
const [address, mode] = process.argv.slice(2);
const worker = await createWorker({
  agents: [functionAgent({ type: 'echo', run: (input) => input })],
  taskQueues: ['killed'],
  server: { connectionOptions: { address }, namespace: 'default' },
  onRunEnd: async ({ runId, status }, { id, attempt }) => {
    await appendFile('calls.txt', [mode, runId, status, id].join(' ') + '\\n');
    if (mode === 'hangs') await new Promise(() => setInterval(() => {}, 1000));
  },
});
await worker.run();
`;

test('onRunEnd: another worker calls it if the worker that did was killed meanwhile', async () => {
  const baton = await open({});
  await writeFile(join(directory, 'worker.mjs'), WORKER);
  const spawn = (mode: string) => {
    const worker = execa(process.execPath, ['worker.mjs', baton.server.address, mode], {
      cwd: directory,
      reject: false,
    });
    onTestFinished(() => void worker.kill('SIGKILL'));
    return worker;
  };
  const calls = async () => (await readFile(join(directory, 'calls.txt'), 'utf8').catch(() => '')).trim().split('\n');
  const first = spawn('hangs');
  const run = await baton.start(plan, { id: 'killed', taskQueue: 'killed' });
  expect((await run.result()).status).toBe('completed');
  await expect.poll(async () => (await calls())[0]).toMatch(/^hangs killed completed /);
  first.kill('SIGKILL');
  await first;
  void spawn('returns');
  await expect.poll(async () => (await calls())[1], { timeout: 60_000 }).toMatch(/^returns killed completed /);
  const [one, other] = (await calls()).map((line) => line.split(' ')[3]);
  expect(other).toBe(one);
});
