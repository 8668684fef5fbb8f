// `node examples/event-driven/demo.mjs [--json]`: three orders arrive on a Redis stream, the first one twice; two are paid.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { openRedis } from '../redis.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const dist = resolve(here, '../../dist');
const json = process.argv.includes('--json');
const say = (line) => console.error(line);

if (!existsSync(dist)) {
  say('error: baton is not built; run "npm ci" or "npm run build" first');
  process.exit(2);
}
const { Baton, findServer } = await import(pathToFileURL(join(dist, 'index.js')).href);

const ORDERS = [
  { id: 'a1', item: 'lamp', quantity: 1 },
  { id: 'b2', item: 'chair', quantity: 4 },
  { id: 'c3', item: 'table', quantity: 1 },
];

const directory = await mkdtemp(join(tmpdir(), 'baton-events-'));
const stock = join(directory, 'stock');
const redis = await openRedis(directory).catch((error) => {
  say(`error: ${error.message}`);
  process.exit(2);
});
const server = await findServer({ directory });
const baton = await Baton.connect({ server, taskQueue: 'event-driven' });
const worker = await startWorker();
try {
  const told = tellEvents();
  for (const order of [...ORDERS, ORDERS[0]]) await publish('orders', 'order.created', `order-${order.id}`, order);
  say('published: 4 orders, the first one twice');
  for (const { id } of ORDERS.slice(0, 2)) {
    await publish('payments', 'payment.received', `payment-${id}`, { order: id, amount: 100 });
  }
  say('published: payments for a1 and b2; none for c3, which has ten seconds');
  const ends = [];
  for (const { id } of ORDERS) ends.push(await endOf(`order-${id}`));
  const reservations = (await readdir(stock)).sort();
  const events = await told.stop(5);
  if (json) console.log(JSON.stringify({ runs: ends, reservations, events }, null, 2));
  else for (const { id, status, compensated } of ends) console.log(line(id, status, compensated));
} finally {
  await stop(worker);
  await baton.close();
  await server.release();
  await redis.close();
  await rm(directory, { recursive: true, force: true });
}

function line(id, status, compensated) {
  return `${id}: ${status}${compensated.length === 0 ? '' : `, undone: ${compensated.join(', ')}`}`;
}

/** Each field is an attribute of a CloudEvent. */
async function publish(stream, type, id, data) {
  const attributes = { specversion: '1.0', id, source: 'shop', type, datacontenttype: 'application/json' };
  await redis.client.xAdd(stream, '*', { ...attributes, data: JSON.stringify(data) });
}

/** The run exists as soon as the gateway has received the order. */
async function endOf(id) {
  for (;;) {
    if (worker.exitCode !== null) throw new Error(`the worker has ended:\n${worker.log()}`);
    const found = (await baton.runs({ plan: 'order' })).some(({ runId }) => runId === id);
    if (found) break;
    await new Promise((next) => setTimeout(next, 200));
  }
  const { status, compensated } = await baton.run(id).result();
  return { id, status, compensated };
}

/** Another service, which reacts to what the runs publish. */
function tellEvents() {
  const reader = redis.client.duplicate();
  reader.on('error', () => undefined);
  const events = [];
  let last = '0';
  const reading = (async () => {
    await reader.connect();
    for (;;) {
      const answer = await reader.xRead({ key: 'shop-events', id: last }, { BLOCK: 0 });
      for (const { id, message } of answer?.[0]?.messages ?? []) {
        last = id;
        const { type, data } = readEvent(message);
        events.push(`${type} ${data.order}`);
        say(`event: ${type} ${JSON.stringify(data)}`);
      }
    }
  })().catch((error) => (reader.isOpen ? say(`error: ${error.message}`) : undefined));
  return {
    /** Resolves when `count` events have come. */
    async stop(count) {
      while (events.length < count) await new Promise((next) => setTimeout(next, 50));
      reader.destroy();
      await reading;
      return events;
    },
  };
}

/** A task `publish` writes the whole event as JSON, in one field. */
function readEvent({ event }) {
  return JSON.parse(event);
}

async function startWorker() {
  const config = join(here, 'baton.config.yaml');
  const args = [
    join(dist, 'cli/main.js'),
    'worker',
    '--gateway',
    '--config',
    config,
    '--address',
    server.address,
    '--json',
  ];
  const env = { ...process.env, REDIS_URL: redis.url, STOCK: stock };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  child.stderr.on('data', (text) => (log += text));
  // Its one JSON document says that it is ready.
  const first = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  if (typeof first[0] === 'number') throw new Error(`the worker has ended:\n${log}`);
  return Object.assign(child, { log: () => log });
}

async function stop(child) {
  if (child.exitCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}
