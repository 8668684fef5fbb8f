// `node examples/python-agents/demo.mjs [--json]`: agents in Python, and runs that Python starts; one Python worker is killed in the middle of a call.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import getPort from 'get-port';

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '../..');
const dist = join(root, 'dist');
const json = process.argv.includes('--json');
const say = (line) => console.error(line);
const LOOPBACK = { host: '127.0.0.1' };

if (!existsSync(dist)) {
  say('error: baton is not built; run "npm ci" or "npm run build" first');
  process.exit(2);
}
const python = installPython();
const directory = await mkdtemp(join(tmpdir(), 'baton-python-'));
const children = [];
try {
  await writeConfig();
  await startDev();
  const first = serve({ WORK_SECONDS: '2' });
  await line(first, 'serving');
  const starting = start(python, [join(here, 'start.py'), join(here, 'plan.yaml')]);
  const seen = lines(starting);
  const refused = JSON.parse(await next(seen));
  await untilProgress();
  first.kill('SIGKILL');
  await once(first, 'exit');
  say('the Python worker was killed while it reserved; another one starts');
  await line(serve({ WORK_SECONDS: '0.05' }), 'serving');
  const runs = [JSON.parse(await next(seen)), JSON.parse(await next(seen))];
  if (json) console.log(JSON.stringify({ ...refused, runs }, null, 2));
  else {
    console.log(`refused before it started: ${refused.refused.join('; ')}`);
    for (const { run, status, output, attempts, undone, failure } of runs) {
      const made = Object.entries(attempts).map(([task, count]) => `${task} ${count}`);
      const what = failure === null ? output : `${failure}; undone: ${undone.join(', ')}`;
      console.log(`${run}: ${status} (${what}); attempts: ${made.join(', ')}`);
    }
  }
} finally {
  for (const child of children.reverse()) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  await rm(directory, { recursive: true, force: true });
}

/** The Python package of this checkout, in an environment of its own; `PYTHON` names an interpreter that has it already. */
function installPython() {
  const given = process.env.BATON_PYTHON;
  if (given !== undefined) return given;
  const path = join(root, 'node_modules/.cache/example-python');
  const interpreter = join(path, 'bin/python');
  const isReady = () => {
    try {
      execFileSync(interpreter, ['-c', 'import baton, yaml'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  };
  if (isReady()) return interpreter;
  say('installing the Python package of this checkout');
  try {
    execFileSync('python3', ['-m', 'venv', path], { stdio: 'pipe' });
    const args = ['-m', 'pip', 'install', '--quiet', '--editable', join(root, 'clients/python'), 'pyyaml'];
    execFileSync(interpreter, args, { stdio: 'pipe' });
    return interpreter;
  } catch (error) {
    say(`error: the Python package cannot be installed: ${String(error.stderr ?? error.message)}`);
    process.exit(2);
  }
}

/** The configuration of the project: what the agents declare in Python becomes its remote agents. */
async function writeConfig() {
  const described = execFileSync(python, [
    '-m',
    'baton',
    'describe',
    join(here, 'agents.py'),
    '--task-queue',
    'python',
  ]);
  const config = { taskQueue: 'python-example', agents: JSON.parse(described) };
  await writeFile(join(directory, 'baton.config.yaml'), JSON.stringify(config, null, 2));
}

async function startDev() {
  const [port, uiPort] = [await getPort(LOOPBACK), await getPort(LOOPBACK)];
  const args = [join(dist, 'cli/main.js'), 'dev', '--port', `${port}`, '--ui-port', `${uiPort}`];
  await line(start(process.execPath, args), 'worker ready');
}

function serve(env) {
  return start(python, [join(here, 'agents.py')], env);
}

function start(program, args, env = {}) {
  const child = spawn(program, args, {
    cwd: directory,
    env: { ...process.env, TEMPORAL_ADDRESS: undefined, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (log += text));
  children.push(Object.assign(child, { log: () => log }));
  return child;
}

/** Until the program has printed a line with this text. */
async function line(child, text) {
  while (!child.log().includes(text)) {
    if (child.exitCode !== null) throw new Error(`${child.spawnargs.join(' ')} has ended:\n${child.log()}`);
    await new Promise((after) => setTimeout(after, 50));
  }
}

/** Until a call has noted progress. */
async function untilProgress() {
  for (;;) {
    const { stdout } = await output([join(dist, 'cli/main.js'), 'status', 'order-paid', '--json']);
    const task = stdout === '' ? undefined : JSON.parse(stdout).tasks?.reserve;
    // The first line takes two seconds, and its progress is sent within another one.
    if (task?.startedAt != null && Date.now() - Date.parse(task.startedAt) > 3_000) return;
    await new Promise((after) => setTimeout(after, 100));
  }
}

async function output(args) {
  const child = spawn(process.execPath, args, { cwd: directory, stdio: ['ignore', 'pipe', 'ignore'] });
  let stdout = '';
  child.stdout.on('data', (text) => (stdout += text));
  await once(child, 'close');
  return { stdout };
}

function lines(child) {
  return createInterface({ input: child.stdout })[Symbol.asyncIterator]();
}

async function next(iterator) {
  const { value, done } = await iterator.next();
  if (!done) return value;
  throw new Error(`start.py has ended:\n${children.map((child) => child.log()).join('\n')}`);
}
