// Addresses of an agent whose pool has several endpoints.
import type { AgentContext } from '../../../domain/agent/agent.js';

/**
 * The agent's address on the endpoint of the resource that the call holds. Path and query stay; if the endpoint has a path of its
 * own, that comes first.
 */
export function atEndpoint(address: string | URL, resource: AgentContext['resource']): URL {
  const target = new URL(address);
  if (resource?.endpoint === undefined) return target;
  const { origin, pathname } = new URL(resource.endpoint);
  return new URL(`${origin}${pathname.replace(/\/$/, '')}${target.pathname}${target.search}`);
}
