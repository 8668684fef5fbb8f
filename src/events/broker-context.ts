// What the code of a broker gets from the process that opens it.
import type { Client } from '@temporalio/client';
import { createSecretStore } from '../activities/secrets/store.js';
import type { SecretSettings, SecretSource } from '../domain/secret.js';

export interface BrokerContext {
  /** `what` begins the message of a failure. */
  readonly readSecret: (source: SecretSource, what: string) => Promise<string>;
  /** For topics that Workflows keep. */
  readonly client?: Client;
  readonly project?: string;
  /** The Task Queue of the project's runs. */
  readonly taskQueue?: string;
}

/** Brokers get their secrets as the agents of a worker do. */
export function secretReader(secrets: SecretSettings | undefined): Pick<BrokerContext, 'readSecret'> {
  const store = createSecretStore(secrets);
  return { readSecret: (source, what) => store.read(source, what) };
}
