// `node examples/webhook/demo.mjs [--json]`: sends signed webhooks, as GitHub does, to a gateway.
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const dist = resolve(here, '../../dist');
const asJson = process.argv.includes('--json');
const SECRET = 'only for this demo';

if (!existsSync(dist)) {
  console.error('error: baton is not built; run "npm ci" or "npm run build" first');
  process.exit(2);
}
const { Baton, findServer } = await import(pathToFileURL(join(dist, 'index.js')).href);

const PUSH = {
  ref: 'refs/heads/main',
  after: '9f2c1e7a5b3d',
  repository: { full_name: 'example/shop' },
  commits: [{ modified: ['src/cart.js'] }, { modified: ['src/price.js', 'test/price.test.js'] }],
};

const directory = await mkdtemp(join(tmpdir(), 'baton-webhook-'));
const server = await findServer({ directory });
const baton = await Baton.connect({ server, taskQueue: 'webhook' });
const worker = await startWorker();
try {
  const answers = [
    await send('a push to main', PUSH, 'd-1'),
    await send('the same push again', PUSH, 'd-1'),
    await send('a push to another branch', { ...PUSH, ref: 'refs/heads/next' }, 'd-2'),
    await send('a push with a wrong signature', PUSH, 'd-3', 'another secret'),
  ];
  const { output } = await baton.run(answers[0].body.run).result();
  console.log(JSON.stringify(asJson ? { answers, output } : output, null, 2));
} finally {
  if (worker.exitCode === null) {
    worker.kill('SIGTERM');
    await once(worker, 'exit');
  }
  await baton.close();
  await server.release();
  await rm(directory, { recursive: true, force: true });
}

/** As GitHub does it. */
async function send(title, push, delivery, secret = SECRET) {
  const body = JSON.stringify(push);
  const headers = {
    'content-type': 'application/json',
    'x-github-event': 'push',
    'x-github-delivery': delivery,
    'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
  };
  const response = await fetch(worker.url, { method: 'POST', body, headers });
  const answer = { status: response.status, body: await response.json() };
  console.error(`${title}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer;
}

async function startWorker() {
  // Any free port, so that the demo runs beside others.
  const text = await readFile(join(here, 'baton.config.yaml'), 'utf8');
  const config = join(directory, 'baton.config.yaml');
  await writeFile(
    config,
    text
      .replace(':8080', ':0')
      .replace('plan.yaml', join(here, 'plan.yaml'))
      .replace('review.mjs', join(here, 'review.mjs')),
  );
  const args = [
    join(dist, 'cli/main.js'),
    'worker',
    '--gateway',
    '--config',
    config,
    '--address',
    server.address,
    '--json',
  ];
  const env = { ...process.env, GITHUB_SECRET: SECRET };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  child.stderr.on('data', (text) => (log += text));
  // Its one JSON document says that it is ready.
  const first = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  if (typeof first[0] === 'number') throw new Error(`the worker has ended:\n${log}`);
  return Object.assign(child, { url: JSON.parse(String(first[0])).webhooks[0] });
}
