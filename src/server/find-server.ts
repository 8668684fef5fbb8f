// Finds a Temporal server, in this order: the configured one, the one that runs in this directory, one on localhost:7233, one that
// is started in this directory. If a configured server does not answer, that is an error: runs must not start on another server.
import { type FoundServer, connectionTo, usualWebUi } from './address.js';
import { BinaryNotFoundError, type OnProgress } from './binary.js';
import { type Configured, configuredServer } from './configured.js';
import { type EmbeddedOptions, joinEmbedded, startEmbedded } from './embedded.js';
import { isWebUi, probe } from './probe.js';
import { visibleName } from '../domain/text/visible.js';
import { firstLineOf } from '../system/system-error.js';
import { ServerUnreachableError } from './unreachable.js';

/** A running server answers in milliseconds, over a slow network with TLS in a second or two. */
const CONFIGURED_TIMEOUT_MS = 8_000;

/** For a server on this machine. */
const LOCAL_TIMEOUT_MS = 800;

export interface FindServerOptions {
  /** `host:port`; overrides TEMPORAL_ADDRESS and the profile of temporal.toml. */
  address?: string;
  namespace?: string;
  /** The directory that contains `.baton/`; default the current directory. */
  directory?: string;
  /** Whether a server may be started; default true. */
  start?: boolean;
  /** The ports on 127.0.0.1 of a server that is started; default: free ports. */
  port?: number;
  uiPort?: number;
  /** The address of a server that another program may run on this machine; default `localhost:7233`. */
  localAddress?: string;
  onProgress?: OnProgress;
}

/** Throws ServerUnreachableError, which lists what was tried. */
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
      throw new ServerUnreachableError([...tried, ...linesOf(what, error)]);
    }
  };

  const joined = await attempt(`server of ${visibleName(directory)}`, () => joinEmbedded(embedded));
  if (joined !== undefined) return joined;
  tried.push(`server of ${visibleName(directory)}: no server is running`);

  const local = await useLocal(options.localAddress ?? 'localhost:7233', namespace);
  if (typeof local !== 'string') return local;
  tried.push(local);

  if (options.start === false) throw new ServerUnreachableError(tried);
  return attempt('starting a server', () => startEmbedded(embedded));
}

async function useConfigured({ connectionOptions, namespace, source }: Configured): Promise<FoundServer> {
  if (connectionOptions === undefined) throw new TypeError('expected a configured server');
  const { address } = connectionOptions;
  const probed = await probe(connectionOptions, namespace, CONFIGURED_TIMEOUT_MS);
  if (probed.state !== 'ready') throw new ServerUnreachableError([`${address} (${source}): ${probed.reason}`]);
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

/** A server that Baton has not started is not stopped. */
const release = (): Promise<void> => Promise.resolve();

const linesOf = (what: string, error: unknown): string[] =>
  error instanceof BinaryNotFoundError
    ? [`${what}: no ${error.program} program`, ...error.tried.map((line) => `  ${line}`)]
    : [`${what}: ${firstLineOf(error)}`];
