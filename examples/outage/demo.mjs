// `node examples/outage/demo.mjs [--json]`: 200 runs on three workers, and a service that is down for twenty seconds; once with
// a circuit breaker, once without. The timeline goes to stderr, what came of it to stdout.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startService } from './service.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const dist = resolve(here, '../../dist');
const WORKERS = 3;
const RUNS = 200;
const RUNS_A_SECOND = 20;
const DOWN_FROM_S = 4;
const DOWN_FOR_S = 20;
/** As in baton.config.ts. */
const MIN_CALLS = 10;

function refuse(line) {
  console.error(`error: ${line}`);
  process.exit(2);
}

const { json } = readOptions();
if (!existsSync(dist)) refuse('baton is not built; run "npm ci" or "npm run build" first');
let isInterrupted = false;
process.on('SIGINT', () => (isInterrupted = true));
const { Baton, findServer, loadConfig } = await import(pathToFileURL(join(dist, 'index.js')).href);

const withBreaker = await tell('with a circuit breaker', 'on').catch((error) => refuse(error.message));
const without = await tell('without one', 'off').catch((error) => refuse(error.message));
const bound = 3 * WORKERS * MIN_CALLS;
if (json) console.log(JSON.stringify({ runs: RUNS, workers: WORKERS, bound, withBreaker, without }, null, 2));
else {
  const row = (name, { reached, completed, seconds }) =>
    `${name.padEnd(16)}${String(reached).padStart(14)}${String(completed).padStart(12)}${`${seconds} s`.padStart(10)}`;
  console.log(`                calls while it   runs that     all of it`);
  console.log(`                      was down   completed          took`);
  console.log(row('with a breaker', withBreaker));
  console.log(row('without', without));
}

/** One telling of the story, with a server of its own. */
async function tell(title, breaker) {
  const directory = await mkdtemp(join(tmpdir(), 'baton-outage-'));
  const service = await startService();
  const server = await findServer({ directory });
  const workers = [];
  try {
    const env = { ...process.env, OUTAGE_SERVICE: service.url, OUTAGE_BREAKER: breaker };
    Object.assign(process.env, env);
    for (let n = 0; n < WORKERS; n++) workers.push(await startWorker(server.address, env));
    const { agents } = await loadConfig(here);
    const baton = await Baton.connect({ server, agents, taskQueue: 'outage' });
    try {
      return await play({ title, baton, service, breaker });
    } finally {
      await baton.close();
    }
  } finally {
    await Promise.all(workers.map(stop));
    await server.release();
    service.close();
    await rm(directory, { recursive: true, force: true });
  }
}

async function play({ title, baton, service, breaker }) {
  const began = Date.now();
  const results = [];
  let completed = 0;
  let reached = 0;
  let problem;
  console.error(`\n${title}\n   time  service  calls reaching it in that second                     breaker      done`);
  // On a machine that has too much to do a second may be left out; the outage is as long all the same.
  for (let second = 0; completed < RUNS; second = Math.max(second + 1, Math.floor((Date.now() - began) / 1000))) {
    service.isDown = second >= DOWN_FROM_S && second < DOWN_FROM_S + DOWN_FOR_S;
    for (let n = 0; n < RUNS_A_SECOND && results.length < RUNS; n++) {
      const run = baton.start(join(here, 'plan.yaml')).then((started) => started.result());
      const counted = run.then(({ status }) => (completed += status === 'completed' ? 1 : 0));
      results.push(counted.catch((error) => (problem ??= error)));
    }
    await setTimeout(Math.max(0, began + (second + 1) * 1000 - Date.now()));
    const { answered, failed } = service.look();
    reached += failed;
    const { phase } = breaker === 'off' ? { phase: '-' } : await baton.breaker('booking').status();
    const bar = '█'.repeat(Math.ceil(answered / 5)) + '░'.repeat(Math.ceil(failed / 5));
    const calls = `${String(answered + failed).padStart(4)} ${bar.slice(0, 40).padEnd(40)}`;
    const time = `${second + 1} s`.padStart(7);
    console.error(
      `${time}  ${service.isDown ? 'down   ' : 'up     '}  ${calls}  ${phase.padEnd(9)} ${completed} of ${RUNS}`,
    );
    if (isInterrupted) throw new Error('interrupted');
    if (problem !== undefined) throw problem;
    if (second > 300) throw new Error(`${RUNS - completed} runs have not completed after five minutes`);
  }
  await Promise.all(results);
  return { reached, completed, seconds: Math.round((Date.now() - began) / 1000) };
}

async function startWorker(address, env) {
  const config = join(here, 'baton.config.ts');
  const args = [join(dist, 'cli/main.js'), 'worker', '--config', config, '--address', address, '--json'];
  const worker = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  worker.stderr.on('data', (text) => (log += text));
  // Its one JSON document says that it is ready.
  const first = await Promise.race([once(worker.stdout, 'data'), once(worker, 'exit')]);
  if (typeof first[0] === 'number') throw new Error(`a worker has died:\n${log}`);
  return worker;
}

async function stop(worker) {
  if (worker.exitCode !== null) return;
  worker.kill('SIGTERM');
  await once(worker, 'exit');
}

function readOptions() {
  try {
    return parseArgs({ options: { json: { type: 'boolean', default: false } } }).values;
  } catch (error) {
    return refuse(error.message);
  }
}
