// Events of a Redis stream to started runs: a gateway, against a consumer that is written by hand and starts the same Workflow.
// Neither has workers, so that only the starts are measured. And events that a gateway delivers to runs, with a worker, against a consumer
// that is written by hand and delivers each event by the same update.
// Both have connected, and have processed one event, before the time begins: all events are then added in one transaction.
// Needs redis: npm run systems -- up redis
// Usage: npm run bench:events [-- PAIRS [starts | deliver]]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import { Runtime } from '@temporalio/worker';
import { createClient } from 'redis';
import { recorded } from '../scripts/systems/records.js';
import { SubscriptionSettings } from '../dist/domain/event/subscription.js';
import { SEARCH_ATTRIBUTES } from '../dist/domain/run/search-attributes.js';
import { createGateway } from '../dist/events/gateway.js';
import { Baton, createWorker, findServer, parsePlan } from '../dist/index.js';
import { median, medianInterval, quiet } from './measure.js';

const pairs = Number(process.argv[2] ?? 15);
const part = process.argv[3];
/** Few, so that the two sides of a pair see the same load of the machine: many short pairs say more than a few long ones. */
const EVENTS = 200;
const IN_FLIGHT = 100;
/** Runs that receive events, and events of each. A gateway keeps the order of the events of one run, so this many are in flight on both sides. */
const RUNS = 20;
const STEPS = 10;

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

/** In one transaction, so that a reader that waits finds all of them. */
async function fill(stream: string, entries: readonly object[]): Promise<void> {
  const all = redis.multi();
  for (const data of entries) all.xAdd(stream, '*', { data: JSON.stringify(data) });
  await all.exec();
}

interface Side {
  /** Consumes the stream and group of this name, until the signal aborts. */
  consume(this: void, name: string, signal: AbortSignal): Promise<void>;
}

/** Milliseconds from the moment that all events are in the stream until all have been processed and acknowledged. */
async function timeOf({ consume }: Side, name: string, first: object, events: readonly object[]): Promise<number> {
  await fill(name, [first]);
  const leave = new AbortController();
  const running = consume(name, leave.signal);
  await untilProcessed(name, 1);
  const began = performance.now();
  await fill(name, events);
  await untilProcessed(name, 1 + events.length);
  const ms = performance.now() - began;
  leave.abort();
  await running;
  return ms;
}

/** The name of a subscription is that of its stream and its group here. */
async function untilProcessed(name: string, count: number): Promise<void> {
  for (;;) {
    const [group] = await redis.xInfoGroups(name).catch(() => []);
    if (group !== undefined && group.pending === 0 && Number(group['entries-read']) >= count) return;
    await new Promise((next) => setTimeout(next, 5));
  }
}

const gateway = (settings: (name: string) => object, use: { readonly plan?: typeof plan }): Side => ({
  async consume(name, signal) {
    const parsed = SubscriptionSettings.parse({ name, from: { broker: 'shop', stream: name }, ...settings(name) });
    const made = await createGateway({
      ...{ baton, server, dataConverter: {}, isEncrypted: false, project: 'events', codePath, inFlight: IN_FLIGHT },
      brokers: [{ name: 'shop', kind: 'redis', url }],
      subscriptions: [{ settings: parsed, ...use }],
      context: { readSecret: () => Promise.reject(new Error('no secrets')), client: baton.client, project: 'events' },
      log: { debug() {}, info() {}, warn: console.error, error: console.error },
    });
    await made.run(signal);
  },
});

const byHand = (
  inFlight: number,
  handle: (name: string, data: Record<string, string>, id: string) => Promise<unknown>,
): Side => ({
  async consume(name, signal) {
    const reader = await redis.duplicate().connect();
    const acknowledger = await redis.duplicate().connect();
    await reader.xGroupCreate(name, name, '0', { MKSTREAM: true });
    while (!signal.aborted) {
      const options = { COUNT: inFlight, BLOCK: 100 };
      const answer = (await reader.xReadGroup(name, 'one', { key: name, id: '>' }, options)) as
        { messages: { id: string; message: { data: string } }[] }[] | null;
      await Promise.all(
        (answer?.[0]?.messages ?? []).map(async ({ id, message }) => {
          await handle(name, JSON.parse(message.data) as Record<string, string>, id);
          await acknowledger.xAck(name, name, id);
        }),
      );
    }
    reader.destroy();
    acknowledger.destroy();
  },
});

/** Those of each run: a server spends about as much on them as on the start without them. */
const attributes = new TypedSearchAttributes(
  [
    [SEARCH_ATTRIBUTES.plan, 'order'] as const,
    [SEARCH_ATTRIBUTES.status, 'started'] as const,
    [SEARCH_ATTRIBUTES.state, 'started'] as const,
  ].map(([{ name, kind }, value]) => ({ key: defineSearchAttributeKey(name, kind), value })),
);

const starts = {
  gateway: gateway((name) => ({ start: { plan: 'order', run: `{% '${name}-' & $event.data.order %}` } }), { plan }),
  byHand: byHand(IN_FLIGHT, (name, { order }) =>
    baton.client.workflow.start('orchestrate', {
      workflowId: `${name}-${order}`,
      taskQueue: 'events',
      args: [{ plan, input: { order }, searchable: true }],
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      staticSummary: 'order · 1 tasks',
      typedSearchAttributes: attributes,
    }),
  ),
  first: { order: 'first' },
  events: Array.from({ length: EVENTS }, (_, index) => ({ order: String(index) })),
  prepare: () => Promise.resolve([]),
};

const deliveries = {
  gateway: gateway((name) => ({ deliver: { run: `{% '${name}-' & $event.data.run %}`, event: 'step' } }), {}),
  byHand: byHand(RUNS, (name, { run }, id) =>
    baton.client.workflow
      .getHandle(`${name}-${run}`)
      .executeUpdate('sendEvent', { args: [{ name: 'step', data: { run }, id }], updateId: id }),
  ),
  first: { run: String(RUNS - 1) },
  events: Array.from({ length: RUNS * STEPS - 1 }, (_, event) => ({ run: String(event % RUNS) })),
  /** With the first, there are as many events as steps of all runs. */
  prepare: (name: string) =>
    Promise.all(Array.from({ length: RUNS }, (_, run) => baton.start(steps, { id: `${name}-${run}` }))),
};

async function compare(
  what: string,
  { prepare, first, events, ...sides }: typeof starts | typeof deliveries,
): Promise<void> {
  const times = { gateway: [] as number[], byHand: [] as number[] };
  // The first pair warms both up, and is not counted.
  for (let index = 0; index <= pairs; index++) {
    for (const side of index % 2 === 0 ? (['gateway', 'byHand'] as const) : (['byHand', 'gateway'] as const)) {
      const name = `${what}-${side}-${process.pid}-${index}`;
      await prepare(name);
      const ms = await timeOf(sides[side], name, first, events);
      if (index > 0) times[side].push(ms);
    }
  }
  // Events a second: the other way round than times.
  const ratios = times.gateway.map((ms, index) => times.byHand[index]! / ms);
  const [low, high] = medianInterval(ratios);
  const perSecond = (ms: readonly number[]) => Math.round(events.length / (median(ms) / 1_000));
  console.log(
    JSON.stringify({
      ...{ bench: `events a second, ${what}, gateway / by hand`, least: 0.9, ratio: median(ratios), low, high, ratios },
      ...{ gateway: perSecond(times.gateway), byHand: perSecond(times.byHand) },
    }),
  );
}

try {
  if (part !== 'deliver') await compare('starts', starts);
  if (part !== 'starts') {
    const worker = await createWorker({ server, agents: [], taskQueues: ['events'], workflowBundle: { codePath } });
    const working = worker.run();
    await compare('deliver', deliveries);
    worker.shutdown();
    await working;
  }
} finally {
  redis.destroy();
  await baton.close();
  await server.release();
  await rm(directory, { recursive: true, force: true });
}
