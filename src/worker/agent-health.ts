// Runs the health checks of agents once, as a worker runs them, for a command that reports the results.
import { checkHealth } from '../activities/health-check.js';
import { messageOf } from '../activities/errors/truncate-error.js';
import { createSecretStore, type SecretStore } from '../activities/secrets/store.js';
import type { SecretSettings } from '../domain/secret.js';
import type { Agent } from '../domain/agent/agent.js';

export interface AgentHealth {
  readonly type: string;
  readonly kind: string;
  /** `null` if the agent has no health check. */
  readonly healthy: boolean | null;
  readonly latencyMs: number | null;
  readonly why: string | null;
}

/** All checks run at the same time. An agent whose settings name a secret that cannot be read is not healthy. */
export function checkAgents(agents: readonly Agent[], secrets?: SecretSettings): Promise<AgentHealth[]> {
  const store = createSecretStore(secrets);
  return Promise.all(agents.map((agent) => checkAgent(agent, store)));
}

async function checkAgent(
  { type, kind, health: settings, secrets = [] }: Agent,
  store: SecretStore,
): Promise<AgentHealth> {
  try {
    for (const { what, source } of secrets) await store.read(source, what);
  } catch (error) {
    return { type, kind, healthy: false, latencyMs: null, why: messageOf(error) };
  }
  if (settings === undefined) return { type, kind, healthy: null, latencyMs: null, why: null };
  const health = await checkHealth(settings);
  const { isHealthy: healthy, latencyMs } = health;
  return { type, kind, healthy, latencyMs, why: health.isHealthy ? null : health.why };
}
