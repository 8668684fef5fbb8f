// Which pages of other origins may call: browsers ask by a preflight, and hide the answer from every other page.
import type { IncomingMessage } from 'node:http';

/** How long a browser may remember the answer to a preflight, in seconds. */
const MAX_AGE = '600';

export function corsHeaders({ headers }: IncomingMessage, origins: readonly string[]): [string, string][] {
  const { origin } = headers;
  if (origin === undefined || !origins.includes(origin)) return [['Vary', 'Origin']];
  return [
    ['Vary', 'Origin'],
    ['Access-Control-Allow-Origin', origin],
    ['Access-Control-Allow-Credentials', 'true'],
    ['Access-Control-Allow-Methods', 'POST, OPTIONS'],
    // The headers that the Web UI sends.
    ['Access-Control-Allow-Headers', 'Authorization, Content-Type, X-Namespace, Authorization-Extras, Caller-Type'],
    ['Access-Control-Max-Age', MAX_AGE],
    // A page of a public network may call a server on this machine only with this.
    ['Access-Control-Allow-Private-Network', 'true'],
  ];
}
