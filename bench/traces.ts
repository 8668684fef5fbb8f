// What traces cost: the same fan-out with traces and without, on one server, interleaved; the median of the ratios of pairs. The
// receiver of the traces is a process of its own, which reads them and answers.
// Usage: npm run bench:traces [-- PAIRS]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Runtime } from '@temporalio/worker';
import { functionAgent } from '../dist/activities/agents/function-agent.js';
import { Baton } from '../dist/client.js';
import { findServer } from '../dist/server/index.js';
import { createWorker } from '../dist/worker.js';
import { median, quiet } from './measure.js';
import { SHAPES } from './shapes.js';

const SIDES = ['traced', 'plain'] as const;
type Side = (typeof SIDES)[number];

const CALLS = 1000;
const plan = SHAPES.find(({ name }) => name.includes('fan-out'))!.plan;
const agents = [functionAgent({ type: 'echo', run: (input: unknown) => input })];

const RECEIVER = `
const server = require('node:http').createServer((request, response) => request.resume().on('end', () => response.end()));
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;

const pairs = Number(process.argv[2] ?? 5);
Runtime.install({ logger: quiet });
const receiver = spawn(process.execPath, ['-e', RECEIVER], { stdio: ['ignore', 'pipe', 'inherit'] });
const [port] = (await once(receiver.stdout, 'data')) as [Buffer];
const endpoint = `http://127.0.0.1:${String(port).trim()}`;
/** The worker reads the variable when it is created, the client when it starts a run. */
const setTracing = (side: Side): void => {
  if (side === 'traced') process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = endpoint;
  else delete process.env['OTEL_EXPORTER_OTLP_ENDPOINT'];
};
const directory = await mkdtemp(join(tmpdir(), 'baton-bench-'));
const server = await findServer({ directory, localAddress: '127.0.0.1:1' });
const workers = [];
try {
  const batons = {} as Record<Side, Baton>;
  for (const side of SIDES) {
    setTracing(side);
    const worker = await createWorker({ server, agents, taskQueues: [side], concurrency: CALLS });
    workers.push({ worker, working: worker.run() });
    batons[side] = await Baton.connect({ server, agents, taskQueue: side });
  }
  const ratios: number[] = [];
  const figures: Record<Side, { ms: number; events: number }>[] = [];
  // The first pair warms both up, and is not counted.
  for (let pair = 0; pair <= pairs; pair++) {
    const found = {} as Record<Side, { ms: number; events: number }>;
    for (const side of pair % 2 === 0 ? SIDES : SIDES.toReversed()) {
      setTracing(side);
      const began = performance.now();
      const run = await batons[side].start(plan, { id: `${side}-${pair}` });
      await run.result();
      const ms = performance.now() - began;
      found[side] = { ms, events: (await run.describe()).historyLength };
    }
    if (pair === 0) continue;
    figures.push(found);
    ratios.push(found.traced.ms / found.plain.ms);
  }
  const last = figures.at(-1)!;
  const print = (bench: string, value: object) => console.log(JSON.stringify({ bench, ...value }));
  print('wall time, traced / plain', {
    limit: 1.05,
    ratio: median(ratios),
    ratios: ratios.map((ratio) => Number(ratio.toFixed(3))),
    tracedMs: median(figures.map(({ traced }) => traced.ms)),
    plainMs: median(figures.map(({ plain }) => plain.ms)),
  });
  print('history events, traced / plain', { traced: last.traced.events, plain: last.plain.events });
} finally {
  for (const { worker, working } of workers) {
    worker.shutdown();
    await working;
  }
  await server.release();
  receiver.kill();
  await rm(directory, { recursive: true, force: true });
}
