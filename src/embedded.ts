// Everything in one process and one call: the embedded server of a directory, a worker, and a client.
import { Baton as Client } from './client.js';
import type { ConnectOptions } from './client/connect-options.js';
import type { AgentLog } from './domain/agent/agent.js';
import { defined } from './domain/json/defined.js';
import { startEmbedded, type FoundServer } from './server/index.js';
import type { InstalledRuntime } from './telemetry/runtime.js';
import type { LogSettings, TelemetrySettings } from './telemetry/settings.js';
import type { BatonWorker, WorkerSettings } from './worker.js';

type WorkerOptions = Omit<WorkerSettings, 'server' | 'find' | 'taskQueues' | 'telemetry' | 'deployment'>;
type ServerOptions = Pick<ConnectOptions, 'namespace' | 'directory' | 'port' | 'uiPort' | 'onProgress'>;

export interface EmbeddedOptions
  extends WorkerOptions, ServerOptions, Pick<ConnectOptions, 'plans' | 'taskQueue' | 'onWaiting'> {
  /**
   * Default: warnings and errors on stderr, and no metrics. A process has one Runtime of Temporal's SDK: if the program has installed
   * one, its log holds.
   */
  readonly telemetry?: TelemetrySettings;
}

export interface EmbeddedBaton extends Client {
  /** The address of the server and of its Web UI, for `baton --address` and for people. */
  readonly server: Pick<FoundServer, 'address' | 'namespace' | 'webUi'>;
  /** Where it serves /metrics, /livez and /readyz; absent without `telemetry.listen`. */
  readonly telemetryUrl?: string;
  /**
   * Lets calls in flight end, for the time of `drain`, and stops worker, client and server. The server runs on while another process, or
   * another `Baton.embedded`, uses it. Rejects if the worker has failed.
   */
  close(): Promise<void>;
}

/**
 * Starts the server of `directory`, or uses the one that runs there; it never uses a configured server. The signals of the process remain
 * those of the program: a process that ends without `close` loses nothing, and its server ends, too. Throws ServerUnreachableError, and
 * as `createWorker` does.
 */
async function embedded(options: EmbeddedOptions): Promise<EmbeddedBaton> {
  const { taskQueue, directory, namespace = 'default', port, uiPort, onProgress, plans, onWaiting, ...own } = options;
  const { telemetry = {}, ...settings } = own;
  const logs = { level: 'warn', ...telemetry.logs } as const;
  const place = { directory: directory ?? process.cwd(), namespace, port, uiPort, project: settings.project };
  const server = await startEmbedded({ ...place, onProgress: onProgress ?? (() => undefined) });
  let client: Client | undefined;
  try {
    const { agents, pools, brokers, secrets, project, storage, encryption } = settings;
    const known = { agents, ...defined({ pools, brokers, secrets, project, storage, encryption }) };
    client = await Client.connect({ server, ...known, ...defined({ plans, taskQueue, onWaiting, directory }) });
    const { listen } = telemetry;
    // Loaded only here: clients start faster without a worker.
    const { openWorker } = await import('./worker.js');
    const worker = await openWorker(
      {
        ...settings,
        server,
        find: defined({ directory }),
        telemetry: { ...telemetry, logs },
        ...(taskQueue === undefined ? {} : { taskQueues: [taskQueue] }),
      },
      async () => ({ runtime: await quietRuntime(logs, listen !== undefined), ...defined({ listen }) }),
    );
    return await together(client, worker, server, settings.log);
  } catch (error) {
    await client?.close();
    await server.release();
    throw error;
  }
}

/** The signals of the process are not those of the worker: a program that is interrupted ends as it would without Baton. */
async function quietRuntime(logs: LogSettings, metrics: boolean): Promise<InstalledRuntime | undefined> {
  const [{ processLog }, { installRuntime }] = await Promise.all([
    import('./telemetry/log.js'),
    import('./telemetry/runtime.js'),
  ]);
  return await installRuntime({ log: processLog(logs), verbose: logs.level === 'debug', metrics, shutdownSignals: [] });
}

async function together(
  client: Client,
  worker: BatonWorker,
  { address, namespace, webUi, release }: FoundServer,
  given: AgentLog | undefined,
): Promise<EmbeddedBaton> {
  const log = given ?? (await import('@temporalio/worker')).Runtime.instance().logger;
  const working = worker.run();
  let isClosing = false;
  // `close` rejects with the reason; until then, results of runs wait for a worker.
  working.catch((error: unknown) => {
    if (!isClosing) log.error('the embedded worker has failed', { error });
  });
  const closeClient = client.close.bind(client);
  let closed: Promise<void> | undefined;
  const end = async (): Promise<void> => {
    isClosing = true;
    worker.shutdown();
    const [worked] = await Promise.allSettled([working]);
    await closeClient();
    await release();
    if (worked.status === 'rejected') throw worked.reason;
  };
  return Object.assign(client, {
    server: { address, namespace, ...defined({ webUi }) },
    ...defined({ telemetryUrl: worker.telemetryUrl }),
    close: () => (closed ??= end()),
  });
}

/** The client; with `embedded`, also server and worker. */
export const Baton = Object.assign(Client, { embedded });
export type Baton = Client;
