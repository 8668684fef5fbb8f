// `node examples/airflow/demo.mjs [--json]`: a DAG of Airflow that coordinates runs of Baton, and a plan that coordinates runs of another DAG.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import getPort from 'get-port';
import { startSystems } from '../systems.mjs';
import { openAirflow } from './airflow.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '../..');
const baton = join(root, 'dist/cli/main.js');
const json = process.argv.includes('--json');
const say = (line) => console.error(line);
const LOOPBACK = { host: '127.0.0.1' };

if (!existsSync(baton)) {
  say('error: baton is not built; run "npm ci" or "npm run build" first');
  process.exit(2);
}

const PASSWORD = 'admin-pw';
const systems = startSystems(root, ['airflow'], say);
const url = systems.url('airflow');
const env = { ...process.env, TEMPORAL_ADDRESS: undefined, AIRFLOW_URL: url, AIRFLOW_PASSWORD: PASSWORD };
const directory = await mkdtemp(join(tmpdir(), 'baton-airflow-'));
const config = ['--config', join(here, 'baton.config.ts')];
let dev;
try {
  const port = await getPort(LOOPBACK);
  dev = start('dev', ...config, '--port', `${port}`, '--ui-port', `${await getPort(LOOPBACK)}`);
  await line(dev, 'worker ready');
  const airflow = await openAirflow(url, { username: 'admin', password: PASSWORD });
  await airflow.untilKnown('due_diligence', 'ledger');

  // In the one direction: the DAG starts runs, and waits for one that was started here.
  await run('screening.yaml', { company: 'ACME' }, '--id', 'screening-acme', '--detach');
  const dagRun = await airflow.start('due_diligence', {
    company: 'ACME',
    screening: 'screening-acme',
    temporal: `127.0.0.1:${port}`,
  });
  const state = await airflow.untilEnded(dagRun);
  const published = await airflow.xcom(dagRun, 'publish');
  const { stdout: list } = await output('runs', ...config, '--json');
  const runs = JSON.parse(list).runs.map(({ runId }) => runId);

  // In the other direction: a plan starts runs of a DAG.
  const largest = await run('plan.yaml', { companies: ['ACME', 'Initech', 'Hooli'] }, '--id', 'largest', '--json');
  const { status, output: text, tasks } = JSON.parse(largest);

  const told = {
    dag: { state, published: published?.published ?? null, runs: runs.toSorted() },
    plan: { status, output: text, ledgers: tasks.ledger.output },
  };
  if (json) console.log(JSON.stringify(told, null, 2));
  else {
    console.log(`the DAG due_diligence: ${state} (${told.dag.published}); its runs: ${told.dag.runs.join(', ')}`);
    console.log(`the plan largest-supplier: ${status} (${text})`);
  }
  process.exitCode = state === 'success' && status === 'completed' ? 0 : 1;
} finally {
  if (dev !== undefined && dev.exitCode === null) {
    dev.kill('SIGTERM');
    await once(dev, 'exit');
  }
  systems.stop();
  await rm(directory, { recursive: true, force: true });
}

/** Runs a plan of this example, and resolves with what was printed. */
async function run(plan, input, ...options) {
  const args = ['run', join(here, plan), ...config, '--input', JSON.stringify(input), ...options];
  const { stdout, stderr, code } = await output(...args);
  if (code > 1) throw new Error(stderr);
  return stdout;
}

function start(...args) {
  const child = spawn(process.execPath, [baton, ...args], { cwd: directory, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (log += text));
  return Object.assign(child, { log: () => log });
}

/** Until the program has printed a line with this text. */
async function line(child, text) {
  while (!child.log().includes(text)) {
    if (child.exitCode !== null) throw new Error(`${child.spawnargs.join(' ')} has ended:\n${child.log()}`);
    await new Promise((after) => setTimeout(after, 50));
  }
}

async function output(...args) {
  const child = spawn(process.execPath, [baton, ...args], { cwd: directory, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (text) => (stdout += text));
  child.stderr.on('data', (text) => (stderr += text));
  const [code] = await once(child, 'close');
  return { stdout, stderr, code };
}
