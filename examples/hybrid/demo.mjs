// `node examples/hybrid/demo.mjs [--json]`: one plan over Airflow, Prefect, Celery, Step Functions, an agent in Python and one behind HTTP. The
// first run completes; the second one fails at its end, and what five systems have done is undone.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import getPort from 'get-port';
import { startService } from './service.mjs';
import { startSystems } from '../systems.mjs';

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
const RUNS = [
  { id: 'march', input: { month: 'March', amounts: [1, 2, 4], limit: 100 } },
  { id: 'april', input: { month: 'April', amounts: [50, 60], limit: 100 } },
];

const python = installPython();
process.env.AWS_ACCESS_KEY_ID ??= 'test';
process.env.AWS_SECRET_ACCESS_KEY ??= 'test';
const children = [];
const systems = startSystems(root, ['airflow', 'prefect', 'celery', 'step-functions'], say);
const service = await startService();
const directory = await mkdtemp(join(tmpdir(), 'baton-hybrid-'));
try {
  const { createStateMachine } = await import('./state-machine.mjs');
  const env = {
    ...process.env,
    TEMPORAL_ADDRESS: undefined,
    HYBRID_SERVICE: service.url,
    HYBRID_AIRFLOW: systems.url('airflow'),
    HYBRID_AIRFLOW_PASSWORD: 'admin-pw',
    HYBRID_PREFECT: systems.url('prefect'),
    HYBRID_CELERY: systems.url('celery'),
    HYBRID_STEP_FUNCTIONS: systems.url('step-functions'),
    HYBRID_STATE_MACHINE: await createStateMachine(systems.url('step-functions')),
  };
  const config = ['--config', join(here, 'baton.config.ts')];
  const ports = ['--port', `${await getPort(LOOPBACK)}`, '--ui-port', `${await getPort(LOOPBACK)}`];
  await line(start(process.execPath, [baton, 'dev', ...config, ...ports], env), 'worker ready');
  await line(start(python, [join(here, 'agents.py')], env), 'serving');
  const told = [];
  for (const { id, input } of RUNS) {
    service.undone.length = 0;
    const args = [
      baton,
      'run',
      join(here, 'plan.yaml'),
      ...config,
      '--id',
      id,
      '--input',
      JSON.stringify(input),
      '--json',
    ];
    const { stdout, stderr } = await output(args, env);
    if (stdout === '') throw new Error(stderr);
    const { status, output: text, failure, tasks, compensated } = JSON.parse(stdout);
    const outputs = Object.fromEntries(Object.entries(tasks).map(([task, { output: of }]) => [task, of]));
    told.push({
      run: id,
      status,
      output: text,
      failure: failure?.message ?? null,
      outputs,
      compensated,
      undone: [...service.undone],
    });
    say(`${id}: ${status}`);
  }
  if (json) console.log(JSON.stringify(told, null, 2));
  else
    for (const { run, status, output: text, failure, undone } of told)
      console.log(
        `${run}: ${status} (${text ?? failure})${undone.length === 0 ? '' : `; undone: ${undone.join(', ')}`}`,
      );
} finally {
  for (const child of children.reverse()) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  service.server.close();
  systems.stop();
  await rm(directory, { recursive: true, force: true });
}

/** The Python package of this checkout, in an environment of its own; `BATON_PYTHON` names an interpreter that has it already. */
function installPython() {
  if (process.env.BATON_PYTHON !== undefined) return process.env.BATON_PYTHON;
  const path = join(root, 'node_modules/.cache/example-python');
  const interpreter = join(path, 'bin/python');
  try {
    execFileSync(interpreter, ['-c', 'import baton'], { stdio: 'ignore' });
    return interpreter;
  } catch {
    say('installing the Python package of this checkout');
  }
  execFileSync('python3', ['-m', 'venv', path], { stdio: 'inherit' });
  const args = ['-m', 'pip', 'install', '--quiet', '--editable', join(root, 'clients/python'), 'pyyaml'];
  execFileSync(interpreter, args, { stdio: 'inherit' });
  return interpreter;
}

function start(program, args, env) {
  const child = spawn(program, args, { cwd: directory, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (log += text));
  children.push(child);
  return Object.assign(child, { log: () => log });
}

/** Until the program has printed a line with this text. */
async function line(child, text) {
  while (!child.log().includes(text)) {
    if (child.exitCode !== null) throw new Error(`${child.spawnargs.join(' ')} has ended:\n${child.log()}`);
    await new Promise((after) => setTimeout(after, 50));
  }
}

async function output(args, env) {
  const child = spawn(process.execPath, args, { cwd: directory, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (text) => (stdout += text));
  child.stderr.on('data', (text) => (stderr += text));
  await once(child, 'close');
  return { stdout, stderr };
}
