// Finds a Temporal server, in this order: the configured one, the one that runs in this directory, one of this project on
// localhost:7233, one that is started in this directory. If a configured server does not answer, that is an error: runs must not start
// on another server. For the same reason a server that others have started on this machine is used only if it is named.
import { type FoundServer, connectionTo, usualWebUi } from './address.js';
import { BinaryNotFoundError, type OnProgress } from './binary.js';
import { type Configured, configuredServer } from './configured.js';
import { dataDirectoryIn } from './data-directory.js';
import { type EmbeddedOptions, joinEmbedded, startEmbedded } from './embedded.js';
import { isWebUi, probe } from './probe.js';
import { directoryOfServerOn } from './server-process.js';
import { readRecord } from './server-record.js';
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
  /** Where the server of this project may run, if it was started in another directory; default `localhost:7233`. */
  localAddress?: string;
  /** The name of this project, if it has one of its own. */
  project?: string;
  onProgress?: OnProgress;
}

/** Throws ServerUnreachableError, which lists what was tried. */
export async function findServer(options: FindServerOptions = {}): Promise<FoundServer> {
  const configured = configuredServer(options);
  const { namespace } = configured;
  if (configured.connectionOptions !== undefined) return useConfigured(configured);

  const tried: string[] = [];
  const directory = options.directory ?? process.cwd();
  const { port, uiPort, project, onProgress = () => undefined } = options;
  const embedded: EmbeddedOptions = { directory, namespace, port, uiPort, project, onProgress };
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

  const local = await findLocal(options.localAddress ?? 'localhost:7233', embedded);
  if (local.found !== undefined) return local.found;
  tried.push(local.reason);

  if (options.start === false) throw new ServerUnreachableError(tried);
  // A program that does not listen must learn it, too: its runs would be on another server than expected.
  if (local.isServer) (options.onProgress ?? console.warn)(local.reason);
  return attempt('starting a server', () => startEmbedded(embedded));
}

type Local =
  { readonly found: FoundServer } | { readonly found?: undefined; readonly reason: string; readonly isServer: boolean };

async function findLocal(address: string, embedded: EmbeddedOptions): Promise<Local> {
  const { namespace, project } = embedded;
  const probed = await probe(connectionTo(address), namespace, LOCAL_TIMEOUT_MS);
  if (probed.state === 'absent') return { reason: `${address}: ${probed.reason}`, isServer: false };
  const directory = await directoryOfServerOn(Number(/:(\d+)$/.exec(address)?.[1]));
  if (directory !== undefined && project !== undefined) {
    const record = await readRecord((await dataDirectoryIn(directory)).record);
    const found = record?.project === project ? await joinEmbedded({ ...embedded, directory }) : undefined;
    if (found !== undefined) return { found };
  }
  const whose = directory === undefined ? '' : ` (of ${visibleName(directory)})`;
  const reason =
    `${address}: the Temporal server there${whose} is not used, because this project has not started it; ` +
    'to use it, name it with --address, TEMPORAL_ADDRESS or server.address';
  return { reason, isServer: true };
}

async function useConfigured({ connectionOptions, namespace, source }: Configured): Promise<FoundServer> {
  if (connectionOptions === undefined) throw new TypeError('expected a configured server');
  const { address } = connectionOptions;
  const probed = await probe(connectionOptions, namespace, CONFIGURED_TIMEOUT_MS);
  if (probed.state !== 'ready') throw new ServerUnreachableError([`${address} (${source}): ${probed.reason}`]);
  const found = { address, namespace, ...(await webUiOf(address)), connectionOptions, release };
  return { ...found, origin: 'configured', source };
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
