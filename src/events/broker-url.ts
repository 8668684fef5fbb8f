// The URL of a broker, which may be in a variable or a secret, and the address in it, which may be shown.
import type { SecretSource } from '../domain/secret.js';
import { BrokerSettingsError } from '../domain/event/broker-error.js';
import type { BrokerContext } from './broker-context.js';

interface UrlSettings {
  readonly name: string;
  readonly url: string | SecretSource;
}

/** Throws a BrokerSettingsError that never contains a password. */
export async function urlOf(
  { name, url }: UrlSettings,
  { readSecret }: Pick<BrokerContext, 'readSecret'>,
  protocols: readonly string[],
): Promise<URL> {
  const what = `broker ${name}: url`;
  const text =
    typeof url === 'string'
      ? url
      : await readSecret(url, what).catch((error: unknown) => {
          throw new BrokerSettingsError(error instanceof Error ? error.message : String(error), { cause: error });
        });
  const parsed = URL.canParse(text) ? new URL(text) : undefined;
  if (parsed !== undefined && protocols.includes(parsed.protocol)) return parsed;
  const expected = protocols.map((protocol) => `${protocol}//`).join(' or ');
  throw new BrokerSettingsError(
    `${what}: expected a URL that begins with ${expected}, got another value, which is not shown`,
  );
}

/** `redis://127.0.0.1:6379`: without user and password. */
export const shownUrl = ({ protocol, host }: URL): string => `${protocol}//${host}`;
