// The Worker for mailboxes, which runs inside a gateway.
import type { DataConverter } from '@temporalio/common';
import type { Worker } from '@temporalio/worker';
import { eventsQueue } from '../../domain/event/mailbox.js';
import type { FoundServer } from '../../server/index.js';
import { workflowCode } from '../../worker/workflow-code.js';
import { mailActivities, type MailParts } from './activities.js';

export interface MailWorkerParts extends MailParts {
  readonly server: Pick<FoundServer, 'connectionOptions' | 'namespace'>;
  readonly dataConverter: DataConverter;
  readonly isEncrypted: boolean;
  readonly project: string;
  /** Workflow code that was bundled before. */
  readonly codePath?: string;
}

export interface MailWorker {
  /** Runs until the signal aborts. Rejects if the Worker fails. */
  run(this: void, signal: AbortSignal): Promise<void>;
}

/** Deliveries at the same time: each asks the server a few times, and then a worker. */
const DELIVERIES = 50;

export async function createMailWorker(parts: MailWorkerParts): Promise<MailWorker> {
  const { server, dataConverter, isEncrypted, project, codePath } = parts;
  // Native code, loaded only when a subscription delivers.
  const { NativeConnection, Worker } = await import('@temporalio/worker');
  const connection = await NativeConnection.connect(server.connectionOptions);
  try {
    const code = await workflowCode(codePath === undefined ? undefined : { codePath }, { isEncrypted });
    const worker = await Worker.create({
      ...{ connection, namespace: server.namespace, dataConverter, ...code },
      taskQueue: eventsQueue(project),
      activities: mailActivities(parts),
      maxConcurrentActivityTaskExecutions: DELIVERIES,
      shutdownGraceTime: '1s',
    });
    return { run: (signal) => runUntil(worker, signal).finally(() => connection.close()) };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

async function runUntil(worker: Worker, signal: AbortSignal): Promise<void> {
  const stop = (): void => {
    if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  signal.addEventListener('abort', stop, { once: true });
  const running = worker.run();
  if (signal.aborted) stop();
  try {
    await running;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
