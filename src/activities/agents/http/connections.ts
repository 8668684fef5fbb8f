// The HTTP client. It is loaded with the first request: a configuration may declare agents that this process never calls.
import type { Agent, fetch as Fetch } from 'undici';

/** The timeout of the call bounds its time; a slow agent may take longer than the five minutes that undici allows by default. */
export function openConnections(options: Agent.Options = {}): () => Promise<Agent> {
  let opened: Promise<Agent> | undefined;
  return () => (opened ??= open(options));
}

async function open(options: Agent.Options): Promise<Agent> {
  const { Agent } = await import('undici');
  return new Agent({ headersTimeout: 0, bodyTimeout: 0, ...options });
}

export const fetch: typeof Fetch = async (...request) => await (await import('undici')).fetch(...request);
