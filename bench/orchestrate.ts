// Plans against the same work written by hand, on one server, a worker for each, interleaved: the median of the ratios of pairs.
// Usage: npm run bench:orchestrate [-- PAIRS [SHAPE]]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { functionAgent } from '../dist/activities/agents/function-agent.js';
import { createActivities } from '../dist/activities/index.js';
import { prepareRun } from '../dist/client/prepare-run.js';
import { startRun } from '../dist/client/start-run.js';
import { findServer } from '../dist/server/index.js';
import { measure, median, quiet, type Figure } from './measure.js';
import { SHAPES, type Shape } from './shapes.js';

const PLANS = 'plans';
const BY_HAND = 'by-hand';
const CALLS = 1000;

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
async function compare(client: Client, shape: Shape, pairs: number): Promise<void> {
  const agents = [functionAgent({ type: 'echo', run: async (input: unknown) => input })];
  const request = prepareRun(shape.plan, {}, { agents });
  const idsOf = (pair: number, side: string) =>
    Array.from({ length: shape.runs }, (_, i) => `${shape.plan.name}-${pair}-${side}-${i}`);
  const sides = {
    plan: (id: string) => startRun(client, { id, taskQueue: PLANS, request }),
    byHand: (id: string) =>
      client.workflow.start(shape.byHand, { workflowId: id, taskQueue: BY_HAND, args: shape.args }),
  };
  const ratios: number[] = [];
  const figures: { plan: Figure; byHand: Figure }[] = [];
  // The first pair warms both up, and is not counted.
  for (let pair = 0; pair <= pairs; pair++) {
    const order = pair % 2 === 0 ? (['plan', 'byHand'] as const) : (['byHand', 'plan'] as const);
    const found: Partial<Record<'plan' | 'byHand', Figure>> = {};
    for (const side of order) found[side] = await measure(client, idsOf(pair, side), sides[side]);
    if (pair === 0) continue;
    figures.push({ plan: found.plan!, byHand: found.byHand! });
    ratios.push(found.plan!.ms / found.byHand!.ms);
  }
  const wall = { ratio: median(ratios), ratios: ratios.map((ratio) => Number(ratio.toFixed(3))) };
  const planMs = median(figures.map(({ plan }) => plan.ms));
  const byHandMs = median(figures.map(({ byHand }) => byHand.ms));
  const [plan, byHand] = [figures.at(-1)!.plan.events, figures.at(-1)!.byHand.events];
  console.log(
    JSON.stringify({ bench: 'wall time, plan / by hand', shape: shape.name, limit: 1.1, ...wall, planMs, byHandMs }),
  );
  console.log(
    JSON.stringify({
      bench: 'history events, plan / by hand',
      shape: shape.name,
      limit: 1.05,
      ratio: plan / byHand,
      plan,
      byHand,
    }),
  );
}

const pairs = Number(process.argv[2] ?? 5);
const only = process.argv[3];
Runtime.install({ logger: quiet });
const directory = await mkdtemp(join(tmpdir(), 'baton-bench-'));
const server = await findServer({ directory, localAddress: '127.0.0.1:1' });
try {
  const connection = await NativeConnection.connect(server.connectionOptions);
  const agents = [functionAgent({ type: 'echo', run: async (input: unknown) => input })];
  const work = {
    connection,
    maxConcurrentActivityTaskExecutions: CALLS,
    maxEagerActivityReservationsPerWorkflowTask: CALLS,
  };
  const plans = await Worker.create({
    ...work,
    taskQueue: PLANS,
    workflowBundle: { codePath: at('../dist/workflow-bundle.js') },
    activities: createActivities({ agents }),
  });
  const byHand = await Worker.create({
    ...work,
    taskQueue: BY_HAND,
    workflowBundle: await bundleWorkflowCode({ workflowsPath: at('./by-hand.ts'), logger: quiet }),
    activities: { echo: async (input: unknown) => input },
  });
  const clientConnection = await Connection.connect(server.connectionOptions);
  const client = new Client({ connection: clientConnection });
  const measured = SHAPES.filter(({ name }) => only === undefined || name.includes(only));
  const all = async () => {
    for (const shape of measured) await compare(client, shape, pairs);
  };
  await plans.runUntil(() => byHand.runUntil(all));
  await clientConnection.close();
  await connection.close();
} finally {
  await server.release();
  await rm(directory, { recursive: true, force: true });
}
