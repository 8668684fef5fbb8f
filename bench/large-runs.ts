// Whether runs that are large in every way end, and how much memory their worker needs.
// Usage: npm run bench:large [-- SHAPE]
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Baton, findServer, type Plan } from '../dist/index.js';

const KIB = 1024;
const MIB = 1024 * KIB;
const range = (length: number): number[] => Array.from({ length }, (_, i) => i);
const make = (bytes: number) => ({ agent: 'make', input: { bytes } });

interface LargeRun {
  readonly name: string;
  readonly plan: Plan;
  readonly status: 'completed' | 'failed';
  readonly compensated?: number;
}

const DOCUMENTS = 1000;
const CHAIN = 20_000;
const TASKS = 50_000;
const PARALLEL = 40;
const UNDONE = 20_000;

const SHAPES: readonly LargeRun[] = [
  {
    name: `${DOCUMENTS} documents of 20 KB through two stages`,
    status: 'completed',
    plan: {
      name: 'documents',
      tasks: {
        read: { forEach: { items: `{% [1..${DOCUMENTS}] %}` }, ...make(20 * KIB) },
        sum: {
          forEach: { items: '{% $tasks.read.output %}' },
          agent: 'make',
          input: { bytes: '{% $length($item) %}' },
        },
      },
      output: '{% $count($tasks.sum.output) %}',
    },
  },
  {
    name: `${PARALLEL} outputs of 1.5 MB at the same time`,
    status: 'completed',
    plan: {
      name: 'parallel',
      tasks: Object.fromEntries(range(PARALLEL).map((i) => [`t${i}`, make(1.5 * MIB)])),
      output: '{% $length($tasks.t0.output) %}',
    },
  },
  {
    name: `a chain of ${CHAIN} tasks with outputs of 4 KB`,
    status: 'completed',
    plan: {
      name: 'chain',
      tasks: Object.fromEntries(
        range(CHAIN).map((i) => [
          `t${i}`,
          i === 0 ? make(4 * KIB) : { agent: 'make', input: { bytes: `{% $length($tasks.t${i - 1}.output) %}` } },
        ]),
      ),
      output: `{% $length($tasks.t${CHAIN - 1}.output) %}`,
    },
  },
  {
    name: `${TASKS} tasks`,
    status: 'completed',
    plan: { name: 'tasks', tasks: Object.fromEntries(range(TASKS).map((i) => [`t${i}`, make(10)])), output: 'done' },
  },
  {
    name: `undoing ${UNDONE} calls`,
    status: 'failed',
    compensated: 1,
    plan: {
      name: 'undo',
      onFailure: 'compensate',
      tasks: {
        all: {
          forEach: { items: `{% [1..${UNDONE}] %}`, maxItems: UNDONE },
          ...make(10),
          compensate: { agent: 'undo', input: '{% $index %}' },
        },
        fails: { agent: 'fail', needs: ['all'] },
      },
    },
  },
];

const directory = await mkdtemp(join(tmpdir(), 'baton-bench-'));
const dir = join(directory, 'values');
const server = await findServer({ directory, localAddress: '127.0.0.1:1' });
const script = fileURLToPath(new URL('large-worker.mjs', import.meta.url));
const [, , only] = process.argv;

async function measure({ name, plan, status, compensated }: LargeRun, taskQueue: string): Promise<void> {
  const worker = fork(script, [server.connectionOptions.address, taskQueue, dir], { execArgv: [] });
  await once(worker, 'message');
  const baton = await Baton.connect({ server, taskQueue, storage: { dir } });
  const began = performance.now();
  const run = await baton.start(plan);
  const result = await run.result();
  const seconds = Math.round((performance.now() - began) / 1000);
  const { raw } = await baton.client.workflow.getHandle(run.id).describe();
  worker.send('stop');
  const [bytes] = (await once(worker, 'message')) as [number];
  await baton.close();
  const isAsExpected =
    result.status === status && (compensated === undefined || result.compensated.length === compensated);
  console.log(
    JSON.stringify({
      bench: name,
      status: result.status,
      isAsExpected,
      failure: status === 'completed' ? (result.failure ?? undefined) : undefined,
      seconds,
      debt: result.debt.length,
      historyBytes: Number(raw.workflowExecutionInfo?.historySizeBytes),
      workerMiB: Math.round(bytes / MIB),
      limitMiB: 1024,
    }),
  );
}

try {
  for (const [i, shape] of SHAPES.entries()) {
    if (only === undefined || shape.name.includes(only)) await measure(shape, `large-${i}`);
  }
} finally {
  await server.release();
  await rm(directory, { recursive: true, force: true });
}
