// What a call of a Workflow on another server survives, and what that server refuses or loses.
import { createServer, type ServerHttp2Stream } from 'node:http2';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { NativeConnection, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { jobName } from '../../../../src/activities/agents/bridge/job-name.js';
import { temporalAgent } from '../../../../src/activities/agents/bridge/temporal.js';
import { commandOf } from '../../../../src/system/process-identity.js';
import { GrpcStatus } from '../../../../src/temporal/grpc.js';
import { find, makeDirectory, readRecordOf, unconfigure } from '../../../server/place.js';
import { startProxy } from '../../../support/tcp-proxy.js';
import { useWorkers } from '../../../support/workers.js';
import { attemptOf, newKey } from './one-attempt.js';

const workers = useWorkers();
const OTHER = 'other-team';
const workflowsPath = fileURLToPath(new URL('./other.workflow.ts', import.meta.url));
let other: Worker;
let running: Promise<void>;

beforeAll(async () => {
  other = await Worker.create({ connection: workers.env.nativeConnection, taskQueue: OTHER, workflowsPath });
  running = other.run();
});
afterAll(async () => {
  other.shutdown();
  await running;
});

const agentAt = (address: string, workflow = 'untilReleased', taskQueue = OTHER) =>
  temporalAgent({ type: workflow, workflow, taskQueue, address });

const workflowOf = (key: string) => workers.env.client.workflow.getHandle(jobName(key, 1));
const release = (key: string) => workflowOf(key).signal('release');
const statusOf = async (key: string) => (await workflowOf(key).describe()).status.name;

describe('a Workflow on another server', () => {
  test('whose worker of Baton died before the start was recorded is started once, and its result is found', async () => {
    const key = newKey();
    const first = attemptOf(agentAt(workers.env.address), {}, { key });
    await first.until('running');
    first.cancel('WORKER_SHUTDOWN');
    expect((await first.failure()).type).toBe('Interrupted');
    const second = attemptOf(agentAt(workers.env.address), {}, { key });
    await second.until('running');
    await release(key);
    expect((await second.ended).output).toBe('released');
    expect(second.job()?.id).toBe(first.job()?.id);
  });

  test('is collected although the network is cut for ten seconds while it ends', async () => {
    const proxy = await startProxy(Number(workers.env.address.split(':')[1]));
    onTestFinished(() => proxy.close());
    const key = newKey();
    const attempt = attemptOf(agentAt(`127.0.0.1:${proxy.port}`), {}, { key });
    await attempt.until('running');
    proxy.cut();
    await release(key);
    await pause(10_000);
    proxy.mend();
    expect((await attempt.ended).output).toBe('released');
  });

  test('is collected after its server was killed and has started again', async () => {
    unconfigure();
    const directory = await makeDirectory();
    const { connectionOptions } = await find(directory);
    const { pid } = await readRecordOf(directory);
    const attempt = attemptOf(agentAt(connectionOptions.address, 'total', 'later'), { numbers: [3, 4] });
    await attempt.until('running');
    process.kill(pid, 'SIGKILL');
    await vi.waitUntil(async () => (await commandOf(pid)) === undefined, { timeout: 10_000 });
    // A guardian starts it again.
    const connect = () => NativeConnection.connect(connectionOptions).catch(() => undefined);
    const connection = await vi.waitUntil(connect, { timeout: 60_000, interval: 200 });
    const late = await Worker.create({ connection, taskQueue: 'later', workflowsPath });
    const working = late.run();
    onTestFinished(async () => {
      late.shutdown();
      await working;
      await connection.close();
    });
    expect((await attempt.ended).output).toEqual({ total: 7 });
  });

  test('that somebody has deleted is a JobLost', async () => {
    const key = newKey();
    const attempt = attemptOf(agentAt(workers.env.address), {}, { key });
    const { id } = await attempt.until('running');
    const workflowExecution = { workflowId: id };
    await workers.env.client.workflowService.deleteWorkflowExecution({ namespace: 'default', workflowExecution });
    expect(await attempt.failure()).toMatchObject({ type: 'JobLost', nonRetryable: true });
  });

  test('that is cancelled before its start was confirmed ends as cancelled', async () => {
    const key = newKey();
    const attempt = attemptOf(agentAt(workers.env.address), {}, { key });
    await expect.poll(() => statusOf(key).catch(() => undefined), { interval: 1 }).toBe('RUNNING');
    attempt.cancel();
    expect(await attempt.failure()).toMatchObject({ type: 'Cancelled' });
    expect(await statusOf(key)).toBe('CANCELLED');
  });

  test('that has completed remains so when the call is cancelled after that', async () => {
    const key = newKey();
    const first = attemptOf(agentAt(workers.env.address, 'total'), { numbers: [] }, { key });
    await first.ended;
    const late = attemptOf(agentAt(workers.env.address, 'total'), {}, { key, after: first });
    late.cancel();
    expect(await late.failure()).toMatchObject({ type: 'Cancelled' });
    expect(await statusOf(key)).toBe('COMPLETED');
    expect(late.warnings).toEqual([]);
  });
});

describe('a server of Temporal', () => {
  test('that gives no answer fails the attempt, and the next one succeeds', async () => {
    const proxy = await startProxy(Number(workers.env.address.split(':')[1]));
    onTestFinished(() => proxy.close());
    const [key, agent] = [newKey(), agentAt(`127.0.0.1:${proxy.port}`, 'total')];
    proxy.hold();
    const failure = await attemptOf(agent, { numbers: [1] }, { key }).failure();
    expect(failure).toMatchObject({ type: 'Unreachable', nonRetryable: false });
    expect(failure.message).toContain(`Temporal at 127.0.0.1:${proxy.port} could not be reached`);
    proxy.release();
    expect((await attemptOf(agent, { numbers: [1] }, { key }).ended).output).toEqual({ total: 1 });
  });

  // The development server accepts every client.
  test.each([
    [GrpcStatus.UNAUTHENTICATED, 'Request unauthorized.'],
    [GrpcStatus.PERMISSION_DENIED, 'No permission.'],
  ])('that answers with the gRPC status %i (%s) refuses the call, which is not retried', async (status, text) => {
    const failure = await attemptOf(agentAt(await serverThatAnswers(status, text)), {}).failure();
    expect(failure).toMatchObject({ type: 'AgentRefused', nonRetryable: true });
    expect(failure.message).toMatch(/^Temporal at 127\.0\.0\.1:\d+ refused the request: /);
    expect(failure.message).toContain(text);
  });

  test('that is too busy to answer (UNAVAILABLE) is named, and the call can be retried', async () => {
    const failure = await attemptOf(agentAt(await serverThatAnswers(GrpcStatus.UNAVAILABLE, 'busy')), {}).failure();
    expect(failure).toMatchObject({ type: 'Unreachable', nonRetryable: false });
    expect(failure.message).toMatch(/^Temporal at 127\.0\.0\.1:\d+ could not be reached: /);
  });
});

async function serverThatAnswers(status: number, message: string): Promise<string> {
  const server = createServer();
  server.on('stream', (stream: ServerHttp2Stream) => {
    const head = { ':status': 200, 'content-type': 'application/grpc' };
    stream.respond({ ...head, 'grpc-status': String(status), 'grpc-message': message }, { endStream: true });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}
