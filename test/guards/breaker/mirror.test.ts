// The mirrors of several workers and the breaker that they share, on a real server. Their logic: test/domain/breaker/mirror*.test.ts.
import { Client, Connection } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { AgentError } from '../../../src/activities/errors/agent-error.js';
import { BREAKER_MESSAGES, breakerId, type BreakerView } from '../../../src/domain/breaker/messages.js';
import type { BreakerSettings } from '../../../src/domain/breaker/settings.js';
import { gate } from '../../support/gate.js';
import { guardedCall, onQueue, openGuards } from '../../support/guards.js';
import { useWorkers } from '../../support/workers.js';

const workers = useWorkers();
const QUEUE = 'mirrors';
let entities: Worker;
let working: Promise<void>;

beforeAll(async () => {
  entities = await Worker.create({
    connection: workers.env.nativeConnection,
    taskQueue: QUEUE,
    workflowBundle: { codePath: inject('workflowBundle') },
  });
  working = entities.run();
});

afterAll(async () => {
  entities.shutdown();
  await working;
});

const SETTINGS: BreakerSettings = { window: { count: 10 }, minCalls: 4, openFor: '1h', probes: 2 };

interface Mirror {
  /** Resolves to `called`, `refused` by the breaker, or `failed`. */
  call(this: void, agent: string, go?: () => Promise<unknown>): Promise<string>;
  readonly warnings: string[];
}

/** The breakers of one worker, with its inbox. */
async function openMirror(settings = SETTINGS, client: Client = workers.env.client, queue = QUEUE): Promise<Mirror> {
  const { guards, warnings } = await openGuards(workers.env, { client, placeOf: onQueue(queue) });
  return {
    warnings,
    async call(type, go = () => Promise.resolve()) {
      const agent = { type, kind: 'test', breaker: settings, run: () => Promise.resolve() };
      try {
        await guards.permit(guardedCall(agent), (leave) => {
          leave();
          return go();
        });
        return 'called';
      } catch (error) {
        if (error instanceof AgentError && error.type === 'BreakerOpen') return 'refused';
        return 'failed';
      }
    },
  };
}

const fail = () => Promise.reject(new AgentError('down', { type: 'Unreachable' }));
const view = (agent: string) =>
  workers.env.client.workflow.getHandle(breakerId(QUEUE, agent)).query<BreakerView>(BREAKER_MESSAGES.view);

test('mirrors: when the breaker opens for one worker, it is pushed to all others', async () => {
  const [a, b] = await Promise.all([openMirror(), openMirror()]);
  expect([await a.call('told'), await b.call('told')]).toEqual(['called', 'called']);
  for (let n = 0; n < 4; n++) await a.call('told', fail);
  // The second worker has made no call meanwhile: a push wrote this line to its log.
  await expect.poll(() => b.warnings.length).toBe(1);
  expect(b.warnings[0]).toMatch(/^the circuit breaker of agent "told" is open: \d of \d calls failed/);
  expect([await a.call('told'), await b.call('told')]).toEqual(['refused', 'refused']);
});

test('mirror: once the calls of one worker would open the breaker, no more go through before the Workflow has answered', async () => {
  const a = await openMirror();
  await a.call('burst');
  const results = [];
  for (let n = 0; n < 50; n++) results.push(await a.call('burst', fail));
  // One success and three failures are `minCalls`, and above the failure rate.
  expect(results).toEqual([...Array<string>(3).fill('failed'), ...Array<string>(47).fill('refused')]);
});

test('half-open breaker: all workers together make no more probes than allowed', async () => {
  const settings = { ...SETTINGS, openFor: '300ms' };
  const mirrors = await Promise.all([openMirror(settings), openMirror(settings), openMirror(settings)]);
  for (const mirror of mirrors) await mirror.call('probed');
  for (let n = 0; n < 8; n++) await mirrors[0].call('probed', fail);
  await expect.poll(() => mirrors.every(({ warnings }) => warnings.length > 0)).toBe(true);
  let probes = 0;
  const ends: (() => void)[] = [];
  const hold = () =>
    new Promise<void>((end) => {
      probes++;
      ends.push(end);
    });
  const tries: Promise<string>[] = [];
  await expect
    .poll(() => {
      for (const mirror of mirrors) for (let n = 0; n < 5; n++) tries.push(mirror.call('probed', hold));
      return probes;
    })
    .toBe(2);
  const phase = async () => (await view('probed')).phase;
  expect(await phase()).toBe('half-open');
  const before = tries.length;
  for (const mirror of mirrors) tries.push(mirror.call('probed', hold));
  expect(await Promise.all(tries.slice(before))).toEqual(['refused', 'refused', 'refused']);
  expect(probes).toBe(2);
  for (const end of ends) end();
  await expect.poll(phase).toBe('closed');
  await expect.poll(() => Promise.all(mirrors.map((mirror) => mirror.call('probed')))).toEqual(Array(3).fill('called'));
});

test('half-open breaker: a worker reports every few seconds while its probe is under way', async () => {
  const a = await openMirror({ ...SETTINGS, openFor: '300ms', probes: 1 });
  for (let n = 0; n < 5; n++) await a.call('renewed', fail);
  await expect.poll(async () => (await view('renewed')).phase).toBe('open');
  const end = gate();
  let isProbing = false;
  const hold = () => {
    isProbing = true;
    return end.opened;
  };
  const tries: Promise<string>[] = [];
  let refused = 0;
  const attempt = async () => {
    const answer = await a.call('renewed', hold);
    if (answer === 'refused') refused++;
    return answer;
  };
  await expect.poll(() => (tries.push(attempt()), isProbing)).toBe(true);
  await expect.poll(() => refused).toBe(tries.length - 1);
  const said = async () =>
    (await workers.env.client.workflow.getHandle(breakerId(QUEUE, 'renewed')).describe()).historyLength;
  // No other worker reports. A report is five events.
  const before = await said();
  await expect.poll(said).toBeGreaterThanOrEqual(before + 10);
  end.open();
  expect(await Promise.all(tries)).toContain('called');
  await expect.poll(async () => (await view('renewed')).phase).toBe('closed');
});

test('half-open breaker: it opens again when a probe fails', async () => {
  const a = await openMirror({ ...SETTINGS, openFor: '300ms', probes: 1 });
  for (let n = 0; n < 5; n++) await a.call('again', fail);
  await expect.poll(async () => (await view('again')).phase).toBe('open');
  const opened = (await view('again')).epoch;
  await expect.poll(() => a.call('again', fail)).toBe('failed');
  await expect.poll(async () => (await view('again')).phase).toBe('open');
  expect((await view('again')).epoch).toBe(opened + 2);
});

test('breaker Workflow: continue-as-new keeps its state', async () => {
  const a = await openMirror();
  for (let n = 0; n < 5; n++) await a.call('long', fail);
  await expect.poll(async () => (await view('long')).phase).toBe('open');
  const workflow = workers.env.client.workflow.getHandle(breakerId(QUEUE, 'long'));
  const { runId } = await workflow.describe();
  const turn = () => workflow.executeUpdate(BREAKER_MESSAGES.turn, { args: [{ to: 'forced-open' }] });
  while ((await workflow.describe()).runId === runId)
    await Promise.all(Array.from({ length: 10 }, turn).map((one) => one.catch(() => undefined)));
  expect(await view('long')).toMatchObject({ phase: 'forced-open', workers: 1 });
  expect((await workflow.describe()).historyLength).toBeLessThan(500);
});

test('unreachable breaker: calls go through, with one warning; with whenUnreachable "refuse", none does', async () => {
  // No worker polls this Task Queue, so the update is not answered.
  const a = await openMirror(SETTINGS, workers.env.client, 'nobody');
  expect([await a.call('lost'), await a.call('lost')]).toEqual(['called', 'called']);
  await expect
    .poll(() => a.warnings)
    .toEqual([expect.stringMatching(/^the circuit breaker of agent "lost" cannot be reached, so calls go through/)]);
  // The worker still judges its own calls.
  for (let n = 0; n < 4; n++) await a.call('lost', fail);
  expect(await a.call('lost')).toBe('refused');
  const strict = await openMirror({ ...SETTINGS, whenUnreachable: 'refuse' }, workers.env.client, 'nobody');
  expect(await strict.call('lost')).toBe('refused');
});

test('unreachable breaker: calls also go through if there is no server', async () => {
  // Not closed: the SDK throws from a timer if a connection is closed while it waits to retry.
  const connection = Connection.lazy({ address: '127.0.0.1:1' });
  const a = await openMirror(SETTINGS, new Client({ connection }));
  expect(await a.call('gone')).toBe('called');
});
