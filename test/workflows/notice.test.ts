// A notice whose receiver is down for an hour. On the time-skipping server, because that takes an hour.
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, inject, test, vi } from 'vitest';
import { createActivities } from '../../src/activities/index.js';
import { NOTICE, type Notice } from '../../src/domain/run/notice.js';
import { openNotices } from '../../src/worker/notices.js';
import { openNoticeReceiver, type NoticeReceiver } from '../support/notice-receiver.js';
import { silenceTemporal } from '../support/silence.js';

const HOUR_MS = 3_600_000;
const SECRET = `whsec_${Buffer.from('a secret of a receiver, 32 bytes').toString('base64')}`;

let env: TestWorkflowEnvironment;
let receiver: NoticeReceiver;
let worker: Worker;
let working: Promise<void>;
const failures: string[] = [];

beforeAll(async () => {
  silenceTemporal();
  vi.stubEnv('RECEIVER_SECRET', SECRET);
  env = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: inject('testServerBinary') } },
  });
  receiver = await openNoticeReceiver(SECRET);
  const open = await openNotices({
    webhooks: [{ name: 'chat', url: receiver.url, secret: { env: 'RECEIVER_SECRET' } }],
  });
  const notices = open!(env.client, {
    ...{ debug: () => undefined, info: () => undefined, error: () => undefined },
    warn: (message, about) => failures.push(`${message}: ${String(about?.['error'])}`),
  });
  worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue: 'notices',
    workflowBundle: { codePath: inject('workflowBundle') },
    activities: createActivities({ agents: [], notices }),
  });
  working = worker.run();
});

afterAll(async () => {
  vi.unstubAllEnvs();
  worker.shutdown();
  await working;
  await receiver.down();
  await env.teardown();
});

const ended = (run: string): Notice => ({
  ...{ type: 'run.ended', id: `${run}_ended`, run, plan: 'greet', execution: run, status: 'completed' },
  ...{ at: '2026-01-01T00:00:01.000Z', startedAt: '2026-01-01T00:00:00.000Z' },
});
const send = (run: string) =>
  env.client.workflow.execute<(notice: Notice) => Promise<void>>(NOTICE, {
    ...{ workflowId: run, taskQueue: 'notices', args: [ended(run)] },
  });

test('a receiver that is down for an hour gets the notice once when it is up again', async () => {
  await receiver.down();
  const start = await env.currentTimeMs();
  const sending = send('late');
  while ((await env.currentTimeMs()) < start + HOUR_MS) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(receiver.received).toEqual([]);
  await receiver.up();
  await sending;
  expect(receiver.received.map(({ id, isSigned, answer }) => [id, isSigned, answer])).toEqual([
    ['late_ended', true, 204],
  ]);
  expect(failures[0]).toBe(
    'notice run.ended: not received, will be sent again: NoticeError: webhook chat: no connection (ECONNREFUSED)',
  );
  // Pauses grow from a second to five minutes: 9 attempts in 511 seconds, then 12 an hour.
  expect(new Set(failures).size).toBe(1);
  expect(failures.length).toBeGreaterThan(15);
  expect(failures.length).toBeLessThan(30);
});
