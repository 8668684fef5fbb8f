// Finding a Temporal server, in this order: the configured one, the one that runs in this directory, one on localhost:7233, one
// that is started here. A configured server that does not answer is an error: work must not land on another server instead.
import { type FoundServer, connectionTo, usualWebUi } from './address.js';
import { BinaryNotFound, type OnProgress } from './binary.js';
import { type Configured, configuredServer } from './configured.js';
import { type EmbeddedOptions, joinEmbedded, startEmbedded } from './embedded.js';
import { isWebUi, probe } from './probe.js';
import { ServerUnreachable, reasonOf } from './unreachable.js';

/** A person waits; a server that is there answers in milliseconds, over a slow line with TLS in a second or two. */
const CONFIGURED_TIMEOUT_MS = 8_000;

/** Only what is on this machine is asked. */
const LOCAL_TIMEOUT_MS = 800;

export interface FindServerOptions {
  /** `host:port`; overrides TEMPORAL_ADDRESS and the profile of temporal.toml. */
  address?: string;
  namespace?: string;
  /** Holds `.baton/`; default the current directory. */
  directory?: string;
  /** May one be started; default true. */
  start?: boolean;
  /** Ports of 127.0.0.1 for a server that is started; default free ones. */
  port?: number;
  uiPort?: number;
  /** Where a server of somebody else on this machine would be; default `localhost:7233`. */
  localAddress?: string;
  onProgress?: OnProgress;
}

/** Throws ServerUnreachable, which says what was tried. */
export async function findServer(options: FindServerOptions = {}): Promise<FoundServer> {
  const configured = configuredServer(options);
  const { namespace } = configured;
  if (configured.connectionOptions !== undefined) return useConfigured(configured);

  const tried: string[] = [];
  const directory = options.directory ?? process.cwd();
  const { port, uiPort, onProgress = () => undefined } = options;
  const embedded: EmbeddedOptions = { directory, namespace, port, uiPort, onProgress };
  const attempt = async <T>(what: string, find: () => Promise<T>): Promise<T> => {
    try {
      return await find();
    } catch (error) {
      throw new ServerUnreachable([...tried, ...linesOf(what, error)]);
    }
  };

  const joined = await attempt(`server of ${directory}`, () => joinEmbedded(embedded));
  if (joined !== undefined) return joined;
  tried.push(`server of ${directory}: none runs`);

  const local = await useLocal(options.localAddress ?? 'localhost:7233', namespace);
  if (typeof local !== 'string') return local;
  tried.push(local);

  if (options.start === false) throw new ServerUnreachable(tried);
  return attempt('starting a server', () => startEmbedded(embedded));
}

async function useConfigured({ connectionOptions, namespace, source }: Configured): Promise<FoundServer> {
  if (connectionOptions === undefined) throw new TypeError('expected a configured server');
  const { address } = connectionOptions;
  const probed = await probe(connectionOptions, namespace, CONFIGURED_TIMEOUT_MS);
  if (probed.state !== 'ready') throw new ServerUnreachable([`${address} (${source}): ${probed.reason}`]);
  return { address, namespace, ...(await webUiOf(address)), origin: 'configured', connectionOptions, release };
}

async function useLocal(address: string, namespace: string): Promise<FoundServer | string> {
  const connectionOptions = connectionTo(address);
  const probed = await probe(connectionOptions, namespace, LOCAL_TIMEOUT_MS);
  if (probed.state !== 'ready') return `${address}: ${probed.reason}`;
  return { address, namespace, ...(await webUiOf(address)), origin: 'localhost', connectionOptions, release };
}

async function webUiOf(address: string): Promise<{ webUi?: string }> {
  const webUi = usualWebUi(address);
  return webUi !== undefined && (await isWebUi(webUi, LOCAL_TIMEOUT_MS)) ? { webUi } : {};
}

/** A server that is not ours is not ours to stop. */
const release = (): Promise<void> => Promise.resolve();

const linesOf = (what: string, error: unknown): string[] =>
  error instanceof BinaryNotFound
    ? [`${what}: no ${error.program} program`, ...error.tried.map((line) => `  ${line}`)]
    : [`${what}: ${reasonOf(error)}`];
