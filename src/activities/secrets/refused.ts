// Finds the secrets that agents name and their worker does not allow, before any call needs them.
import type { Agent } from '../../domain/agent/agent.js';
import type { SecretSettings } from '../../domain/secret.js';
import { notAllowed } from './store.js';

/** One line for each: `agent "x": header "x-key": secret "KEY": …`. */
export function refusedSecrets(agents: readonly Agent[], { allow }: SecretSettings = { allow: [] }): string[] {
  const allowed: ReadonlySet<string> = new Set(allow);
  return agents.flatMap(({ type, secrets = [] }) =>
    secrets.flatMap(({ what, source }) =>
      'env' in source || allowed.has(source.$secret)
        ? []
        : [`agent ${JSON.stringify(type)}: ${what}: ${notAllowed(source.$secret, allowed.size)}`],
    ),
  );
}
