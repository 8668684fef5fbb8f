// This version against another one, built in a folder of its own: the same plans, on one server, a worker for each, interleaved.
// Usage: npm run bench:versions -- FOLDER [PAIRS [SHAPE]]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type * as Baton from '../dist/index.js';
import { measure, median, medianInterval, quiet } from './measure.js';
import { SHAPES, type Shape } from './shapes.js';

const CALLS = 1000;
const SIDES = ['this', 'other'] as const;
type Side = (typeof SIDES)[number];

const [folder, pairs = '31', only] = process.argv.slice(2);
if (folder === undefined) throw new Error('expected the folder of a built checkout: npm run bench:versions -- FOLDER');
const folders: Record<Side, string> = { this: resolve(import.meta.dirname, '..'), other: resolve(folder) };

const load = async (side: Side): Promise<typeof Baton> =>
  (await import(pathToFileURL(join(folders[side], 'dist', 'index.js')).href)) as typeof Baton;

async function work(connection: NativeConnection, side: Side): Promise<Worker> {
  const { createActivities, functionAgent } = await load(side);
  return await Worker.create({
    connection,
    taskQueue: side,
    workflowBundle: { codePath: join(folders[side], 'dist', 'workflow-bundle.js') },
    activities: createActivities({ agents: [functionAgent({ type: 'echo', run: async (input: unknown) => input })] }),
    maxConcurrentActivityTaskExecutions: CALLS,
    maxEagerActivityReservationsPerWorkflowTask: CALLS,
  });
}

async function compare(client: Client, { name, plan, runs }: Shape): Promise<void> {
  const figures: Record<Side, number[]> = { this: [], other: [] };
  const ratios: number[] = [];
  const start = (side: Side) => (workflowId: string) =>
    client.workflow.start('orchestrate', { workflowId, taskQueue: side, args: [{ plan, input: {} }] });
  // The first pair warms both up, and is not counted.
  for (let pair = 0; pair <= Number(pairs); pair++) {
    const found: Partial<Record<Side, number>> = {};
    for (const side of pair % 2 === 0 ? SIDES : SIDES.toReversed()) {
      const ids = Array.from({ length: runs }, (_, i) => `${name.replaceAll(' ', '-')}-${pair}-${side}-${i}`);
      found[side] = (await measure(client, ids, start(side))).ms;
    }
    if (pair === 0) continue;
    for (const side of SIDES) figures[side].push(found[side]!);
    ratios.push(found.this! / found.other!);
  }
  const [low, high] = medianInterval(ratios);
  const ms = { thisMs: median(figures.this), otherMs: median(figures.other) };
  console.log(
    JSON.stringify({ bench: 'wall time, this / other version', shape: name, ratio: median(ratios), low, high, ...ms }),
  );
}

Runtime.install({ logger: quiet });
const directory = await mkdtemp(join(tmpdir(), 'baton-bench-'));
const { findServer } = await load('this');
const server = await findServer({ directory, localAddress: '127.0.0.1:1' });
try {
  const connection = await NativeConnection.connect(server.connectionOptions);
  const [own, other] = [await work(connection, 'this'), await work(connection, 'other')];
  const clientConnection = await Connection.connect(server.connectionOptions);
  const client = new Client({ connection: clientConnection });
  const measured = SHAPES.filter(({ name }) => only === undefined || name.includes(only));
  await own.runUntil(() =>
    other.runUntil(async () => {
      for (const shape of measured) await compare(client, shape);
    }),
  );
  await clientConnection.close();
  await connection.close();
} finally {
  await server.release();
  await rm(directory, { recursive: true, force: true });
}
