// How long it takes until the last of several workers has been told that a breaker has opened, from the failure that opens it.
// Usage: npm run bench:trip [-- ROUNDS [WORKERS]]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Context } from '@temporalio/activity';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { AgentError } from '../dist/activities/errors/agent-error.js';
import type { GuardedCall } from '../dist/activities/call-agent/guarded-call.js';
import { createBreakers } from '../dist/guards/breaker/permit.js';
import { createWorkerInbox } from '../dist/guards/worker-inbox.js';
import { findServer } from '../dist/server/index.js';
import { fileURLToPath } from 'node:url';

const rounds = Number(process.argv[2] ?? 20);
const count = Number(process.argv[3] ?? 5);
const QUEUE = 'trip';
const settings = { window: { count: 10 }, minCalls: 4, openFor: '1h' };
const quiet = { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error: console.error };
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

Runtime.install({ logger: quiet });
const directory = await mkdtemp(join(tmpdir(), 'baton-bench-'));
const server = await findServer({ directory, localAddress: '127.0.0.1:1' });
const connection = await NativeConnection.connect(server.connectionOptions);
const codePath = fileURLToPath(new URL('../dist/workflow-bundle.js', import.meta.url));
const clientConnection = await Connection.connect(server.connectionOptions);
const client = new Client({ connection: clientConnection });
const entities = await Worker.create({ connection, taskQueue: QUEUE, workflowBundle: { codePath } });

const placeOf = () => ({ scope: QUEUE, taskQueue: QUEUE });

const mirrors = await Promise.all(
  Array.from({ length: count }, async () => {
    const inbox = createWorkerInbox();
    const worker = await Worker.create({ connection, taskQueue: inbox.queue, activities: inbox.activities });
    let told: () => void = () => undefined;
    const log = { ...quiet, warn: () => told() };
    const breakers = createBreakers({ client, inbox, log, placeOf, since: Date.now(), random: Math.random });
    const call = async (type: string, go: () => Promise<unknown>) => {
      const agent = { type, kind: 'bench', breaker: settings, run: () => Promise.resolve() };
      const activity = { info: {} } as Context;
      const guarded: GuardedCall = {
        ...{ agent, activity, input: null, request: {} as never, log },
        agentMs: () => 1,
        tokens: () => 0,
        waitsFor: () => undefined,
      };
      await breakers.permit(guarded, go).catch(() => undefined);
    };
    const nextTold = () => new Promise<void>((resolve) => (told = resolve));
    return { worker, call, nextTold, close: () => breakers.close() };
  }),
);

async function measure(): Promise<void> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const agent = `agent-${round}`;
    for (const { call } of mirrors) await call(agent, () => Promise.resolve());
    // Their outcomes are reported, and nothing is under way.
    await setTimeout(200);
    const told = Promise.all(mirrors.map(({ nextTold }) => nextTold()));
    const fail = () => Promise.reject(new AgentError('down', { type: 'Unreachable' }));
    for (let n = 0; n < 6; n++) await mirrors[0]!.call(agent, fail);
    const began = performance.now();
    await told;
    times.push(Math.round(performance.now() - began));
  }
  console.log(
    JSON.stringify({
      bench: 'ms from the failure that opens a breaker until the last worker knows',
      limit: 1000,
      workers: count,
      median: median(times),
      max: Math.max(...times),
      times,
    }),
  );
}

const listening = mirrors.map(({ worker }) => worker.run());
try {
  await entities.runUntil(async () => {
    await measure();
    for (const { close } of mirrors) await close();
  });
} finally {
  for (const { worker } of mirrors) worker.shutdown();
  await Promise.all(listening);
  await clientConnection.close();
  await connection.close();
  await server.release();
  await rm(directory, { recursive: true, force: true });
}
