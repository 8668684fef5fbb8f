// The configured server, by Temporal's own conventions: an explicit address, else TEMPORAL_ADDRESS and related variables, else the
// profile in temporal.toml. Credentials always come from the environment or the profile.
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { type ServerConnectionOptions, type ServerSource, connectionTo } from './address.js';
import { firstLineOf } from '../system/system-error.js';
import { ServerUnreachableError } from './unreachable.js';

export interface Configured {
  /** Absent if no server is configured. */
  readonly connectionOptions?: ServerConnectionOptions;
  readonly namespace: string;
  /** The origin of the address, for messages. */
  readonly source: ServerSource;
}

export function configuredServer(options: { address?: string; namespace?: string }): Configured {
  const { connectionOptions: profile, namespace } = loadProfile();
  const { tls, apiKey, metadata } = profile;
  const address = options.address || profile.address;
  const fromEnvironment = Boolean(process.env['TEMPORAL_ADDRESS']);
  const source: ServerSource = options.address
    ? 'given address'
    : fromEnvironment
      ? 'TEMPORAL_ADDRESS'
      : 'temporal.toml';
  const settled = { namespace: options.namespace || namespace || 'default', source };
  if (!address) return settled;
  if (!/^[^\s/]+$/.test(address)) {
    throw new ServerUnreachableError([`${source}: expected HOST:PORT, got ${JSON.stringify(address)}`]);
  }
  if (typeof apiKey === 'function') throw new TypeError('expected the API key of a profile to be text, got a function');
  const connectionOptions = connectionTo(address, {
    ...(tls !== undefined && tls !== null && { tls }),
    ...(apiKey !== undefined && { apiKey }),
    ...(metadata !== undefined && { metadata: textOnly(metadata) }),
  });
  return { ...settled, connectionOptions };
}

function loadProfile() {
  try {
    return loadClientConnectConfig();
  } catch (error) {
    throw new ServerUnreachableError([
      `configuration of Temporal (TEMPORAL_… variables, temporal.toml): ${firstLineOf(error)}`,
    ]);
  }
}

/** A profile has only text; the SDK's type for metadata also allows bytes. */
const textOnly = (metadata: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(metadata).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])),
  );
