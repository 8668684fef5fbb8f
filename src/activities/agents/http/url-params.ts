// Secrets in the address of an agent: `{name}` in its path or query stands for the secret that `params` has under this name.
import { z } from 'zod';
import type { AgentContext } from '../../../domain/agent/agent.js';
import { SecretSetting, type SecretUse } from '../../../domain/secret.js';

export const UrlParams = z.record(
  z.string().regex(/^[A-Za-z]\w*$/, 'expected a name of letters, digits and "_"'),
  SecretSetting,
);
export type UrlParams = z.infer<typeof UrlParams>;

/** The names in `params` that are not in the path or query of the address. */
export function unusedParams(url: string, params: UrlParams): string[] {
  const { origin } = new URL(url);
  const afterOrigin = url.slice(Math.min(origin.length, url.length));
  return Object.keys(params).filter((name) => !afterOrigin.includes(placeOf(name)));
}

/** Each value is encoded, so it stays within its part of the address. */
export async function fillParams(url: string, params: UrlParams, { secret }: AgentContext): Promise<string> {
  let filled = url;
  for (const [name, source] of Object.entries(params)) {
    const value = encodeURIComponent(await secret(source, whatFor(name)));
    filled = filled.replaceAll(placeOf(name), () => value);
  }
  return filled;
}

export const secretsOfParams = (params: UrlParams): SecretUse[] =>
  Object.entries(params).map(([name, source]) => ({ what: whatFor(name), source }));

const placeOf = (name: string): string => `{${name}}`;
const whatFor = (name: string): string => `params.${name}`;
