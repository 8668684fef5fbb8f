// What storing large values costs: 50 MiB through three tasks, against writing and reading the same bytes; and small values with
// storage, against the same without.
// Usage: npm run bench:values [-- PAIRS]
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Runtime } from '@temporalio/worker';
import { Baton, createWorker, findServer, functionAgent } from '../dist/index.js';
import { median, medianInterval, quiet } from './measure.js';

const pairs = Number(process.argv[2] ?? 11);
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
const agents = [make, pass];

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
    b: { agent: 'pass', input: '{% $tasks.a.output %}' },
    c: { agent: 'pass', input: '{% $tasks.b.output %}' },
  },
};
const fanOut = {
  name: 'small',
  tasks: { each: { forEach: { items: '{% [1..$input] %}' }, agent: 'pass', input: '{% $item %}' } },
};

/** What the three tasks must write and read at least: three outputs, three inputs and the result with all outputs. */
async function writeAndRead(bytes: number): Promise<number> {
  const sizes = [bytes, bytes, bytes, bytes, bytes, 3 * bytes];
  const contents = sizes.map((size) => randomBytes(size));
  const began = performance.now();
  for (const [i, content] of contents.entries()) {
    const path = join(directory, `plain-${i}`);
    const file = await open(path, 'w');
    await file.writeFile(content);
    await file.sync();
    await file.close();
    createHash('sha256').update(content).digest();
    await readFile(path);
  }
  return performance.now() - began;
}

try {
  const on = await side('on', { dir: join(directory, 'values') });
  const off = await side('off', false);
  await on.run(chain, 1024);
  const small: number[] = [];
  for (let pair = 0; pair <= pairs; pair++) {
    const sides = pair % 2 === 0 ? [on, off] : [off, on];
    const first = await sides[0]!.run(fanOut, CALLS);
    const second = await sides[1]!.run(fanOut, CALLS);
    // The first pair warms up.
    if (pair > 0) small.push(pair % 2 === 0 ? first / second : second / first);
  }
  const [low, high] = medianInterval(small);
  console.log(
    JSON.stringify({
      bench: 'small values, storage on / off',
      limit: 1.02,
      ratio: median(small),
      low,
      high,
      ratios: small,
    }),
  );
  const large: number[] = [];
  for (let pair = 0; pair <= Math.min(pairs, 3); pair++) {
    const plain = await writeAndRead(BYTES);
    const ms = await on.run(chain, BYTES);
    if (pair > 0) large.push(ms / plain);
  }
  console.log(
    JSON.stringify({
      bench: '50 MiB through three tasks / writing and reading the bytes',
      limit: 1.3,
      ratio: median(large),
      ratios: large,
    }),
  );
  await on.close();
  await off.close();
} finally {
  await server.release();
  await rm(directory, { recursive: true, force: true });
}
