// `node examples/queue/demo.mjs [--json]`: consumers in Python and Node.js share the calls of one agent; one of them is killed in the middle.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { openRedis } from '../redis.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '../..');
const dist = join(root, 'dist');
const json = process.argv.includes('--json');
const say = (line) => console.error(line);

if (!existsSync(dist)) {
  say('error: baton is not built; run "npm ci" or "npm run build" first');
  process.exit(2);
}
const { Baton, findServer, readPlanFile } = await import(pathToFileURL(join(dist, 'index.js')).href);

/** The sentences of the README of this example. */
const texts = (await readFile(join(here, 'README.md'), 'utf8')).split(/[.:]\s+/).filter((text) => text.trim() !== '');

const pythonPath = installPython();
const directory = await mkdtemp(join(tmpdir(), 'baton-queue-'));
const redis = await openRedis(directory).catch((error) => {
  say(`error: ${error.message}`);
  process.exit(2);
});
const server = await findServer({ directory });
const baton = await Baton.connect({ server, taskQueue: 'queue-example' });
const children = [];
try {
  await start(process.execPath, [join(dist, 'cli/main.js'), 'worker', '--config', join(here, 'baton.config.yaml')], {
    extra: ['--address', server.address, '--json'],
    isReady: true,
  });
  const killed = await start('python3', [join(here, 'consumer.py')], { env: { WORK_SECONDS: '3600' } });
  const run = await baton.start(await readPlanFile(join(here, 'plan.yaml')), { input: { texts } });
  await untilHeld();
  killed.kill('SIGKILL');
  say('a consumer was killed while it worked on a request; two others start');
  await start('python3', [join(here, 'consumer.py')], { env: { WORK_SECONDS: '0.2' } });
  await start(process.execPath, [join(here, 'consumer.mjs')], { env: { WORK_SECONDS: '0.2' } });
  const { status, output } = await run.result();
  const by = (name) => output.by.filter((one) => one === name).length;
  const told = { status, texts: texts.length, words: output.words, python: by('python'), node: by('node') };
  if (json) console.log(JSON.stringify(told, null, 2));
  else console.log(`${told.words} words in ${told.texts} texts: ${told.python} by Python, ${told.node} by Node.js`);
} finally {
  for (const child of children) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  await baton.close();
  await server.release();
  await redis.close();
  await rm(directory, { recursive: true, force: true });
}

/** Until a consumer has received a request. */
async function untilHeld() {
  for (;;) {
    const [group] = await redis.client.xInfoGroups('words').catch(() => []);
    if (group !== undefined && group.pending > 0) return;
    for (const child of children)
      if (child.exitCode !== null) throw new Error(`${child.spawnargs.join(' ')} has ended:\n${child.log()}`);
    await new Promise((next) => setTimeout(next, 50));
  }
}

async function start(program, args, { extra = [], env = {}, isReady = false } = {}) {
  const child = spawn(program, [...args, ...extra], {
    env: { ...process.env, PYTHONPATH: pythonPath, REDIS_URL: redis.url, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (text) => (log += text));
  children.push(Object.assign(child, { log: () => log }));
  if (!isReady) return child;
  // Its one JSON document says that it is ready.
  const first = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  if (typeof first[0] === 'number') throw new Error(`${program} has ended:\n${log}`);
  return child;
}

/** The client of Redis for Python, in a directory of this checkout. */
function installPython() {
  const target = join(root, 'node_modules/.cache/example-queue');
  const own = process.env.PYTHONPATH ?? '';
  const path = own === '' ? target : `${own}:${target}`;
  if (spawnSync('python3', ['-c', 'import redis'], { env: { ...process.env, PYTHONPATH: path } }).status === 0)
    return path;
  say('installing the Python package "redis"');
  const args = ['-m', 'pip', 'install', '--quiet', '--target', target, 'redis==8.1.0'];
  const { status, stderr } = spawnSync('python3', args, { encoding: 'utf8' });
  if (status === 0) return path;
  say(`error: the Python package "redis" cannot be installed: ${stderr ?? 'there is no python3'}`);
  process.exit(2);
}
