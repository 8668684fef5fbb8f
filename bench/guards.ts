// What a circuit breaker and a pool cost while all is well: the same fan-out with both and with neither, on one server, interleaved;
// the median of the ratios of pairs. And how much history their own Workflows grow by.
// Usage: npm run bench:guards [-- PAIRS]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Runtime } from '@temporalio/worker';
import { functionAgent } from '../dist/activities/agents/function-agent.js';
import { Baton } from '../dist/client.js';
import type { Agent } from '../dist/domain/agent/agent.js';
import { findServer } from '../dist/server/index.js';
import { createWorker } from '../dist/worker.js';
import { SHAPES } from './shapes.js';

const SIDES = ['guarded', 'plain'] as const;
type Side = (typeof SIDES)[number];

const CALLS = 1000;
const plan = SHAPES.find(({ name }) => name.includes('fan-out'))!.plan;
const agents: Record<Side, Agent[]> = {
  guarded: [functionAgent({ type: 'echo', breaker: {}, pool: 'all', run: (input: unknown) => input })],
  plain: [functionAgent({ type: 'echo', run: (input: unknown) => input })],
};

const pools = [{ name: 'all', strategy: 'least-loaded' as const, resources: [{ id: 'one', capacity: CALLS }] }];

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;
const quiet = { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error: console.error };

interface Figure {
  readonly ms: number;
  readonly events: number;
}

async function measure(baton: Baton, id: string): Promise<Figure> {
  const began = performance.now();
  const run = await baton.start(plan, { id });
  await run.result();
  const ms = performance.now() - began;
  return { ms, events: (await run.describe()).historyLength };
}

/** Events of all Workflows of a type, those of cut histories included. */
async function eventsOf(baton: Baton, workflowType: string): Promise<number> {
  let events = 0;
  const { workflow } = baton.client;
  for await (const { workflowId, runId } of workflow.list({ query: `WorkflowType = '${workflowType}'` })) {
    events += (await workflow.getHandle(workflowId, runId).describe()).historyLength;
  }
  return events;
}

const pairs = Number(process.argv[2] ?? 5);
Runtime.install({ logger: quiet });
const directory = await mkdtemp(join(tmpdir(), 'baton-bench-'));
const server = await findServer({ directory, localAddress: '127.0.0.1:1' });
const workers = [];
try {
  const batons = {} as Record<Side, Baton>;
  for (const side of SIDES) {
    const worker = await createWorker({
      server,
      agents: agents[side],
      taskQueues: [side],
      concurrency: 2 * CALLS,
      pools: side === 'guarded' ? pools : [],
    });
    workers.push({ worker, working: worker.run() });
    batons[side] = await Baton.connect({ server, agents: agents[side], taskQueue: side });
  }
  const figures: Record<Side, Figure>[] = [];
  // The first pair warms both up, and is not counted.
  for (let pair = 0; pair <= pairs; pair++) {
    const found = {} as Record<Side, Figure>;
    for (const side of pair % 2 === 0 ? SIDES : SIDES.toReversed()) {
      found[side] = await measure(batons[side], `${side}-${pair}`);
    }
    if (pair > 0) figures.push(found);
  }
  const ratios = figures.map(({ guarded, plain }) => guarded.ms / plain.ms);
  const calls = Object.keys(plan.tasks).length * (pairs + 1);
  const print = (bench: string, value: object) => console.log(JSON.stringify({ bench, ...value }));
  print('wall time, guarded / plain', {
    limit: 1.05,
    ratio: median(ratios),
    ratios: ratios.map((ratio) => Number(ratio.toFixed(3))),
    guardedMs: median(figures.map(({ guarded }) => guarded.ms)),
    plainMs: median(figures.map(({ plain }) => plain.ms)),
  });
  const { guarded, plain } = figures.at(-1)!;
  print('history events of a run, guarded - plain', {
    limit: 0,
    difference: guarded.events - plain.events,
    guarded: guarded.events,
    plain: plain.events,
  });
  for (const workflowType of ['circuitBreaker', 'resourcePool']) {
    const events = await eventsOf(batons.guarded, workflowType);
    print('history events of its own, a call', { workflowType, events, calls, perCall: events / calls });
  }
  for (const baton of Object.values(batons)) await baton.close();
} finally {
  for (const { worker, working } of workers) {
    worker.shutdown();
    await working;
  }
  await server.release();
  await rm(directory, { recursive: true, force: true });
}
