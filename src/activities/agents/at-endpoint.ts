import type { AgentContext } from '../../domain/agent.js';

/** An address of the agent's, on the resource that the call holds: path and query stay, behind the path of the endpoint if it has one. */
export function atEndpoint(address: string | URL, resource: AgentContext['resource']): URL {
  const target = new URL(address);
  if (resource?.endpoint === undefined) return target;
  const { origin, pathname } = new URL(resource.endpoint);
  return new URL(`${origin}${pathname.replace(/\/$/, '')}${target.pathname}${target.search}`);
}
