// The clients of brokers are optional packages: each is loaded when a broker of its kind is first used.
import { BrokerSettingsError } from '../domain/event/broker-error.js';
import { loadOptional } from '../system/optional-package.js';

/** `install` is what to install: the package with its major version. Throws a BrokerSettingsError. */
export const loadPackage = <T>(
  broker: { readonly name: string; readonly kind: string },
  install: string,
  load: () => Promise<T>,
): Promise<T> =>
  loadOptional(
    install,
    load,
    (advice, options) =>
      new BrokerSettingsError(`broker "${broker.name}": brokers of the kind ${broker.kind} ${advice}`, options),
  );
