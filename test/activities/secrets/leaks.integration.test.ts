// 200 secrets on a real server, with agents that send them back by every way they have. None may be found in what is kept.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporal } from '@temporalio/proto';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { Baton, commandAgent, functionAgent, httpAgent, llmAgent } from '../../../src/index.js';
import { createWorker, type BatonWorker } from '../../../src/worker.js';
import { openaiServer, type OpenAiServer } from '../../fixtures/openai-server.js';
import { startFixtureHttp, type FixtureHttp } from '../../support/fixture-http.js';
import type { SecretValue } from '../../../src/activities/secrets/patterns.js';
import { manySecrets, tracesOf } from './encodings.js';

const secrets = manySecrets();
const references = secrets.map(({ name }) => ({ $secret: name }));
const lines: string[] = [];
const details: string[] = [];
let directory: string;
let env: TestWorkflowEnvironment;
let http: FixtureHttp;
let model: OpenAiServer;
let worker: BatonWorker;
let working: Promise<void>;
let baton: Baton;

/** Fails with the input, cut by the reply at each place in turn, or answers with it. */
function echo(
  url: string,
  body: string,
  token: string,
): { status: number; body: string; headers: Record<string, string> } {
  const { values = [] } = JSON.parse(body) as { values?: string[] };
  const one = values[0] ?? token;
  if (url.includes('/redirect'))
    return { status: 302, body: '', headers: { location: `/?q=${encodeURIComponent(one)}` } };
  if (url.includes('/long'))
    return { status: 500, body: `${'.'.repeat(190)}${one}${one}${'x'.repeat(70_000)}`, headers: {} };
  if (url.includes('/cut'))
    return { status: 400, body: `${'.'.repeat(65_536 - Math.floor(one.length / 2))}${one}`, headers: {} };
  if (url.includes('/garbage'))
    return { status: 200, body: `${'.'.repeat(195)}${one} ${values.join(' ')}`, headers: {} };
  return { status: 200, body: JSON.stringify({ values, token, url, again: body }), headers: {} };
}

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('DEBUG', (entry) => lines.push(JSON.stringify(entry, noBigInts))) });
  directory = await mkdtemp(join(tmpdir(), 'baton-secrets-'));
  await Promise.all(secrets.map(({ name, value }) => writeFile(join(directory, name), `${value}\n`)));
  http = await startFixtureHttp(({ url, body, headers }, response) => {
    const reply = echo(url, body || '{}', String(headers['x-token']));
    response.writeHead(reply.status, reply.headers).end(reply.body);
  });
  model = await openaiServer();
  model.answer(({ text, headers }) => `${text} ${headers.authorization ?? ''}`);
  env = await TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path: inject('temporalBinary') },
      dbFilename: join(directory, 'server.db'),
      log: { format: 'pretty', level: 'never' },
    },
  });
  const token = { $secret: 'S_0' };
  const hostile = (type: string) => httpAgent({ type, url: `${http.url}/${type}`, headers: { 'x-token': token } });
  const agents = [
    ...['plain', 'redirect', 'long', 'cut', 'garbage'].map(hostile),
    httpAgent({ type: 'in-url', url: `${http.url}/bot{token}/x?k={key}`, params: { token, key: { $secret: 'S_8' } } }),
    commandAgent({
      type: 'program',
      command: [process.execPath, fileURLToPath(new URL('hostile.js', import.meta.url))],
      env: { FROM_SETTING: { $secret: 'S_8' } },
    }),
    llmAgent({ type: 'model', baseURL: model.baseURL, model: 'm', apiKey: token }),
    functionAgent({
      type: 'function',
      async run({ values, fails }: { values: string[]; fails?: boolean }, { log, progress, secret }) {
        log.info(`got ${values.join(' ')}`, { values, asked: await secret('S_1') });
        progress({ values });
        if (fails !== true) return { values, url: new URL(`http://x/?q=${encodeURIComponent(values[0]!)}`) };
        throw Object.assign(
          new Error(`${'.'.repeat(4990)}${values.join(' ')}`, { cause: new Error(values.join(' ')) }),
          { values },
        );
      },
    }),
  ];
  const server = { connectionOptions: { address: env.address }, namespace: 'default' };
  worker = await createWorker({
    server,
    agents,
    secrets: { allow: secrets.map(({ name }) => name), from: directory },
    workflowBundle: { codePath: inject('workflowBundle') },
    taskQueues: ['secrets'],
  });
  working = worker.run();
  baton = Baton.fromClient(env.client, { agents, taskQueue: 'secrets' });
}, 120_000);

afterAll(async () => {
  worker?.shutdown();
  await working;
  await env?.teardown();
  await Promise.all([http?.close(), model?.close()]);
  await rm(directory, { recursive: true, force: true });
});

const noBigInts = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);

/** Runs one task, and keeps its history and what the Web UI shows of it. */
async function attempt(agent: string, input: unknown): Promise<{ status: string; history: Buffer }> {
  const task = { agent, input, retry: { attempts: 2, initial: '1ms' } };
  const run = await baton.start({ name: 'leak', tasks: { a: task }, output: '{% $tasks.a.output %}' }, {});
  const { status } = await run.result();
  const handle = env.client.workflow.getHandle(run.id);
  details.push(JSON.stringify(await handle.query('__temporal_workflow_metadata')));
  const history = await handle.fetchHistory();
  return { status, history: Buffer.from(temporal.api.history.v1.History.encode(history).finish()) };
}

const inputs: readonly (readonly [agent: string, input: object, status: string])[] = [
  ['plain', { values: references }, 'completed'],
  ['in-url', { values: references.slice(0, 1) }, 'completed'],
  ['program', { values: references }, 'completed'],
  ['program', { values: references, fails: true }, 'failed'],
  ['program', { values: references, fails: 'exit' }, 'failed'],
  ['function', { values: references }, 'completed'],
  ['function', { values: references, fails: true }, 'failed'],
  ['model', { values: references }, 'completed'],
  ['garbage', { values: references }, 'failed'],
  ...[0, 1, 2, 3, 6, 8].flatMap((i) =>
    ['redirect', 'long', 'cut'].map((agent) => [agent, { values: [references[i]] }, 'failed'] as const),
  ),
];

const tracesIn = (bytes: Buffer, secret: SecretValue): string[] =>
  tracesOf(secret).filter((trace) => bytes.includes(trace));

test('secrets: none of 200 that agents send back is in histories, logs, the file of the server or the details of the Web UI', async () => {
  const histories: Buffer[] = [];
  for (const [agent, input, expected] of inputs) {
    const { status, history } = await attempt(agent, input);
    expect({ agent, input, status }).toEqual({ agent, input, status: expected });
    histories.push(history);
  }
  const files = (await readdir(directory)).filter((name) => name.startsWith('server.db'));
  const kept: Record<string, Buffer> = {
    histories: Buffer.concat(histories),
    logs: Buffer.from(lines.join('\n')),
    details: Buffer.from(details.join('\n')),
    database: Buffer.concat(await Promise.all(files.map((name) => readFile(join(directory, name))))),
  };
  expect(kept['histories']!.includes('[secret S_1]')).toBe(true);
  expect(kept['logs']!.includes('[secret S_1]')).toBe(true);
  expect(kept['database']!.includes('[secret S_1]')).toBe(true);
  // What the agents were sent has the traces of all secrets, so the search does find them.
  const sent = Buffer.from(http.asked.map(({ body }) => body).join('\n'));
  expect(secrets.filter((secret) => tracesIn(sent, secret).length === 0)).toEqual([]);
  const found = Object.entries(kept).flatMap(([place, bytes]) =>
    secrets.flatMap((secret) => tracesIn(bytes, secret).map((trace) => ({ place, trace }))),
  );
  expect(found).toEqual([]);
}, 240_000);
