// Who may read the pages and act by them: everybody who has the address, because a token is in it. Other pages in the same browser do not
// have it, and their requests are refused for two more reasons: a name that leads to this machine is not an address of the server
// (DNS rebinding), and a request that another page sends names that page as its origin.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';

const TOKEN_BYTES = 24;

export const newToken = (): string => randomBytes(TOKEN_BYTES).toString('base64url');

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Takes the same time wherever the difference is. */
export const isSameToken = (given: string, token: string): boolean => timingSafeEqual(digest(given), digest(token));

export interface RequestFacts {
  readonly method: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
}

/** Why a request is refused; `undefined` if it is not. `listenHost`: as the user gave it. */
export function refusal({ method, host = '', origin }: RequestFacts, listenHost: string): string | undefined {
  const hostname = URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : '';
  const name = hostname.replace(/^\[|\]$/g, '');
  if (isIP(name) === 0 && name !== 'localhost' && name !== listenHost)
    return `the header Host: expected the address of this server, got ${JSON.stringify(host)}`;
  if (origin === undefined)
    return method === 'POST' ? 'the header Origin: expected this server, got nothing' : undefined;
  return origin === `http://${host}`
    ? undefined
    : `the header Origin: expected this server, got ${JSON.stringify(origin)}`;
}
