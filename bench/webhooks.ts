// Load on the webhooks of a gateway: many small requests at a given rate on 256 connections, then bodies of 2 MB on 64. Prints how they were
// answered, and the memory of the gateway, which must end on a plateau.
// Usage: npm run bench:webhooks [-- SECONDS [RATE]]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Agent } from 'undici';
import { freePort } from '../dist/system/ports.js';

const seconds = Number(process.argv[2] ?? 60);
const rate = Number(process.argv[3] ?? 1_000);
const LARGE = Buffer.from(JSON.stringify({ text: 'x'.repeat(2 * 1_024 * 1_024 - 100) }));
const PARALLEL = 64;
/** More than a gateway answers at the same time. */
const CONNECTIONS = 256;
const TICK_MS = 20;
/** One request of this many starts a run; the others cause nothing. */
const STARTS = 4;
/** Equal parts of the time, of which each has its largest sample. */
const PARTS = 12;

const cli = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const directory = await mkdtemp(join(tmpdir(), 'baton-bench-'));
const port = await freePort();
const config = {
  agents: [],
  gateway: { listen: `127.0.0.1:${port}` },
  subscriptions: [
    {
      name: 'hooks',
      from: { webhook: { path: '/hook' } },
      when: '{% $event.data.start = true or $exists($event.data.text) %}',
      start: { plan: { name: 'hook', tasks: { wait: { event: 'go' } } }, input: '{% {"n": $event.data.n} %}' },
    },
  ],
};
await writeFile(join(directory, 'baton.config.yaml'), JSON.stringify(config));
const gateway = spawn(process.execPath, [cli, 'gateway', '--json'], {
  cwd: directory,
  stdio: ['ignore', 'pipe', 'inherit'],
});
await once(createInterface({ input: gateway.stdout }), 'line');

const connections = new Agent({ connections: CONNECTIONS, pipelining: 1 });
const answers = new Map<string, number>();
let withoutRetryAfter = 0;
const note = (what: string): void => void answers.set(what, (answers.get(what) ?? 0) + 1);

async function post(body: string | Buffer): Promise<void> {
  try {
    const {
      statusCode,
      headers,
      body: answer,
    } = await connections.request({
      ...{ origin: `http://127.0.0.1:${port}`, path: '/hook', method: 'POST', body },
      headers: { 'content-type': 'application/json' },
    });
    await answer.dump();
    note(String(statusCode));
    if (statusCode === 429 && headers['retry-after'] === undefined) withoutRetryAfter++;
  } catch {
    // The gateway has closed the connection of a body that it does not read.
    note('cut');
  }
}

/** Megabytes, of Linux. */
async function residentMb(): Promise<number> {
  const status = await readFile(`/proc/${gateway.pid}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024);
}

async function phase(name: string, load: (until: number) => Promise<void>): Promise<void> {
  answers.clear();
  const memory: number[] = [await residentMb()];
  const sampling = setInterval(() => void residentMb().then((mb) => memory.push(mb)), 1_000);
  await load(performance.now() + seconds * 1_000);
  clearInterval(sampling);
  const part = Math.ceil(memory.length / PARTS);
  const most = Array.from({ length: PARTS }, (_, index) => memory.slice(index * part, (index + 1) * part));
  console.log(
    JSON.stringify({
      ...{ name, seconds, answers: Object.fromEntries(answers), withoutRetryAfter },
      rssMb: { before: memory[0], mostOfEachPart: most.map((some) => Math.max(...some)) },
    }),
  );
}

async function steadily(until: number): Promise<void> {
  const pending = new Set<Promise<void>>();
  let n = 0;
  for (let began = performance.now(); performance.now() < until;) {
    const due = ((performance.now() - began) / 1_000) * rate;
    for (; n < due; n++) {
      // All connections are in use: on a slow machine there are fewer requests, and not a queue of them here.
      if (pending.size >= CONNECTIONS) {
        note('not sent');
        continue;
      }
      const one = post(JSON.stringify({ n, start: n % STARTS === 0 })).finally(() => pending.delete(one));
      pending.add(one);
    }
    await new Promise((next) => setTimeout(next, TICK_MS));
  }
  await Promise.all(pending);
}

async function hugely(until: number): Promise<void> {
  const sender = async () => {
    while (performance.now() < until) await post(LARGE);
  };
  await Promise.all(Array.from({ length: PARALLEL }, sender));
}

try {
  await phase('small', steadily);
  await phase('large', hugely);
} finally {
  gateway.kill('SIGTERM');
  await once(gateway, 'exit');
  await connections.destroy();
  await rm(directory, { recursive: true, force: true });
}
