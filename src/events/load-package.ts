// The clients of brokers are optional packages: each is loaded when a broker of its kind is first used.
import { systemCodeOf } from '../system/system-error.js';
import { BrokerSettingsError } from '../domain/event/broker-error.js';

/** `install` is what to install: the package with its major version. Throws a BrokerSettingsError. */
export async function loadPackage<T>(
  broker: { readonly name: string; readonly kind: string },
  install: string,
  load: () => Promise<T>,
): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const code = systemCodeOf(error);
    if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') throw error;
    const name = install.slice(0, install.lastIndexOf('@'));
    throw new BrokerSettingsError(
      `broker "${broker.name}": brokers of the kind ${broker.kind} need the package "${name}", which is not installed: npm install ${install}`,
      { cause: error },
    );
  }
}
