// What storing large values costs: 50 MiB through three tasks, against one process that writes and reads the same values as JSON; and
// small values with storage, against the same without.
// Usage: npm run bench:values [-- PAIRS [large]]
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Runtime } from '@temporalio/worker';
import { Baton, createWorker, findServer, functionAgent } from '../dist/index.js';
import { median, medianInterval, quiet } from './measure.js';

const [, , given = '11', only] = process.argv;
const pairs = Number(given);
const MIB = 1024 * 1024;
const BYTES = 50 * MIB;
/** Calls of the run with small values. */
const CALLS = 200;

Runtime.install({ logger: quiet });
const directory = await mkdtemp(join(tmpdir(), 'baton-bench-'));
const server = await findServer({ directory, localAddress: '127.0.0.1:1' });
const workflowBundle = { codePath: fileURLToPath(new URL('../dist/workflow-bundle.js', import.meta.url)) };
const make = functionAgent<number, string>({ type: 'make', run: (bytes) => randomBytes(bytes / 2).toString('hex') });
const pass = functionAgent<string, string>({ type: 'pass', run: (text) => text });
/** Another value of the same size: the same would be stored once. */
const turn = functionAgent<string, string>({ type: 'turn', run: turned });
const agents = [make, pass, turn];

async function side(taskQueue: string, storage: { dir: string } | false) {
  const worker = await createWorker({ server, agents, taskQueues: [taskQueue], storage, workflowBundle });
  const working = worker.run();
  const baton = await Baton.connect({ server, agents, taskQueue, storage });
  const run = async (plan: object, input: unknown): Promise<number> => {
    const began = performance.now();
    const started = await baton.start(plan, { input });
    const { status } = await started.result();
    if (status !== 'completed') throw new Error(`${taskQueue}: ${status}`);
    return performance.now() - began;
  };
  const historyBytes = async (id: string): Promise<number> => {
    const { raw } = await baton.client.workflow.getHandle(id).describe();
    return Number(raw.workflowExecutionInfo?.historySizeBytes);
  };
  const close = async () => {
    worker.shutdown();
    await working;
    await baton.close();
  };
  return { baton, run, historyBytes, close };
}

const chain = {
  name: 'chain',
  tasks: {
    a: { agent: 'make', input: '{% $input %}' },
    b: { agent: 'turn', input: '{% $tasks.a.output %}' },
    c: { agent: 'turn', input: '{% $tasks.b.output %}' },
  },
};
const fanOut = {
  name: 'small',
  tasks: { each: { forEach: { items: '{% [1..$input] %}' }, agent: 'pass', input: '{% $item %}' } },
};

function turned(text: string): string {
  return text.slice(1) + text.slice(0, 1);
}

/**
 * The same work in one process: three tasks write their outputs as JSON to the disk, with their hashes; two of them and the reader of
 * the result read what they need.
 */
async function byFiles(bytes: number): Promise<number> {
  const began = performance.now();
  let output = randomBytes(bytes / 2).toString('hex');
  await write(0, output);
  for (const task of [1, 2]) {
    output = turned(await read(task - 1));
    await write(task, output);
  }
  for (const task of [0, 1, 2]) await read(task);
  return performance.now() - began;
}

const pathOf = (task: number): string => join(directory, `plain-${task}`);

async function write(task: number, value: string): Promise<void> {
  const json = Buffer.from(JSON.stringify(value));
  createHash('sha256').update(json).digest();
  const file = await open(pathOf(task), 'w');
  await file.writeFile(json);
  await file.sync();
  await file.close();
}

const read = async (task: number): Promise<string> => JSON.parse(await readFile(pathOf(task), 'utf8')) as string;

try {
  const on = await side('on', { dir: join(directory, 'values') });
  const off = await side('off', false);
  await on.run(chain, 1024);
  const small: number[] = [];
  for (let pair = 0; only === undefined && pair <= pairs; pair++) {
    const sides = pair % 2 === 0 ? [on, off] : [off, on];
    const first = await sides[0]!.run(fanOut, CALLS);
    const second = await sides[1]!.run(fanOut, CALLS);
    // The first pair warms up.
    if (pair > 0) small.push(pair % 2 === 0 ? first / second : second / first);
  }
  if (small.length > 0) {
    const [low, high] = medianInterval(small);
    const figure = { limit: 1.02, ratio: median(small), low, high, ratios: small };
    console.log(JSON.stringify({ bench: 'small values, storage on / off', ...figure }));
  }
  const large: number[] = [];
  const times: { readonly plainMs: number; readonly ms: number }[] = [];
  for (let pair = 0; pair <= Math.min(pairs, 5); pair++) {
    const plainMs = await byFiles(BYTES);
    const ms = await on.run(chain, BYTES);
    if (pair === 0) continue;
    large.push(ms / plainMs);
    times.push({ plainMs: Math.round(plainMs), ms: Math.round(ms) });
  }
  const figure = { limit: 1.3, ratio: median(large), ratios: large, times };
  console.log(JSON.stringify({ bench: '50 MiB through three tasks / the same values by files', ...figure }));
  await on.close();
  await off.close();
} finally {
  await server.release();
  await rm(directory, { recursive: true, force: true });
}
