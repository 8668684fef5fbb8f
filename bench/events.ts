// Events of a Redis stream to started runs: a gateway, against a consumer that is written by hand and starts the same Workflow.
// Neither has workers, so that only the starts are measured. And events that a gateway delivers to runs, with a worker.
// Needs redis: npm run systems -- up redis
// Usage: npm run bench:events [-- PAIRS]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Runtime } from '@temporalio/worker';
import { createClient } from 'redis';
import { recorded } from '../scripts/systems/records.js';
import { SubscriptionSettings } from '../dist/domain/event/subscription.js';
import { createGateway } from '../dist/events/gateway.js';
import { Baton, createWorker, findServer, parsePlan } from '../dist/index.js';
import { median, medianInterval, quiet } from './measure.js';

const pairs = Number(process.argv[2] ?? 7);
const EVENTS = 500;
const IN_FLIGHT = 100;
/** Runs that receive events, and events of each. */
const RUNS = 25;
const STEPS = 20;

const url = process.env['BATON_TEST_REDIS_URL'] ?? (await recorded('redis'))?.url;
if (url === undefined) {
  console.error('no Redis: npm run systems -- up redis');
  process.exit(2);
}
Runtime.install({ logger: quiet });
const directory = await mkdtemp(join(tmpdir(), 'baton-bench-'));
const server = await findServer({ directory, localAddress: '127.0.0.1:1' });
const baton = await Baton.connect({ server, taskQueue: 'events' });
const redis = await createClient({ url }).connect();
const codePath = fileURLToPath(new URL('../dist/workflow-bundle.js', import.meta.url));

const plan = parsePlan({ name: 'order', tasks: { wait: { event: 'paid' } } });
const steps = parsePlan({
  name: 'steps',
  tasks: Object.fromEntries(Array.from({ length: STEPS }, (_, index) => [`s${index}`, { event: 'step' }])),
});

async function fill(stream: string, entries: readonly object[]): Promise<void> {
  for (const data of entries) await redis.xAdd(stream, '*', { data: JSON.stringify(data) });
}

const orders = Array.from({ length: EVENTS }, (_, index) => ({ order: String(index) }));

/** Milliseconds until all events have been processed and acknowledged. */
async function throughGateway(settings: object, use: { readonly plan?: typeof plan }): Promise<number> {
  const parsed = SubscriptionSettings.parse(settings);
  const gateway = await createGateway({
    ...{ baton, server, dataConverter: {}, isEncrypted: false, project: 'events', codePath, inFlight: IN_FLIGHT },
    brokers: [{ name: 'shop', kind: 'redis', url: url! }],
    subscriptions: [{ settings: parsed, ...use }],
    context: { readSecret: () => Promise.reject(new Error('no secrets')), client: baton.client, project: 'events' },
    log: { debug() {}, info() {}, warn: console.error, error: console.error },
  });
  const leave = new AbortController();
  const began = performance.now();
  const running = gateway.run(leave.signal);
  await untilEmpty(parsed.name);
  const ms = performance.now() - began;
  leave.abort();
  await running;
  return ms;
}

/** The name of a subscription is that of its stream and its group here. */
async function untilEmpty(name: string): Promise<void> {
  for (;;) {
    const [group] = await redis.xInfoGroups(name).catch(() => []);
    if (group !== undefined && group.pending === 0 && Number(group['entries-read']) >= EVENTS) return;
    await new Promise((next) => setTimeout(next, 5));
  }
}

async function byHand(name: string): Promise<number> {
  const reader = await redis.duplicate().connect();
  await reader.xGroupCreate(name, name, '0');
  const began = performance.now();
  for (let left = EVENTS; left > 0;) {
    const answer = (await reader.xReadGroup(name, 'one', { key: name, id: '>' }, { COUNT: IN_FLIGHT })) as
      { messages: { id: string; message: { data: string } }[] }[] | null;
    const messages = answer?.[0]?.messages ?? [];
    await Promise.all(
      messages.map(async ({ id, message }) => {
        const { order } = JSON.parse(message.data) as { order: string };
        await baton.client.workflow.start('orchestrate', {
          workflowId: `${name}-${order}`,
          taskQueue: 'events',
          args: [{ plan, input: { order } }],
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
        });
        await reader.xAck(name, name, id);
      }),
    );
    left -= messages.length;
  }
  const ms = performance.now() - began;
  reader.destroy();
  return ms;
}

async function pair(index: number): Promise<readonly [gateway: number, hand: number]> {
  const name = (side: string) => `${side}-${process.pid}-${index}`;
  const gateway = async () => {
    await fill(name('gateway'), orders);
    const start = { plan: 'order', run: `{% '${name('gateway')}-' & $event.data.order %}` };
    return await throughGateway(
      { name: name('gateway'), from: { broker: 'shop', stream: name('gateway') }, start },
      { plan },
    );
  };
  const hand = async () => {
    await fill(name('hand'), orders);
    return await byHand(name('hand'));
  };
  if (index % 2 === 0) {
    const first = await gateway();
    return [first, await hand()];
  }
  const first = await hand();
  return [await gateway(), first];
}

async function deliver(index: number): Promise<number> {
  const name = `deliver-${process.pid}-${index}`;
  const runs = await Promise.all(
    Array.from({ length: RUNS }, (_, run) => baton.start(steps, { id: `${name}-${run}` })),
  );
  await fill(
    name,
    Array.from({ length: RUNS * STEPS }, (_, event) => ({ run: String(event % RUNS) })),
  );
  const to = { run: `{% '${name}-' & $event.data.run %}`, event: 'step' };
  const ms = await throughGateway({ name, from: { broker: 'shop', stream: name }, deliver: to }, {});
  await Promise.all(runs.map((run) => run.result()));
  return ms;
}

try {
  const figures = [];
  // The first pair warms both up, and is not counted.
  for (let index = 0; index <= pairs; index++) {
    const figure = await pair(index);
    if (index > 0) figures.push(figure);
  }
  // Events a second: the other way round than times.
  const ratios = figures.map(([gateway, hand]) => hand / gateway);
  const [low, high] = medianInterval(ratios);
  const perSecond = (ms: readonly number[]) => Math.round(EVENTS / (median(ms) / 1_000));
  console.log(
    JSON.stringify({
      ...{ bench: 'events a second to started runs, gateway / by hand', least: 0.9 },
      ...{ ratio: median(ratios), low, high },
      gateway: perSecond(figures.map(([gateway]) => gateway)),
      byHand: perSecond(figures.map(([, hand]) => hand)),
    }),
  );
  const worker = await createWorker({ server, agents: [], taskQueues: ['events'], workflowBundle: { codePath } });
  const working = worker.run();
  const times = [];
  for (let index = 0; index < 3; index++) times.push(await deliver(index));
  console.log(JSON.stringify({ bench: 'events a second, delivered to runs', perSecond: perSecond(times) }));
  worker.shutdown();
  await working;
} finally {
  redis.destroy();
  await baton.close();
  await server.release();
  await rm(directory, { recursive: true, force: true });
}
