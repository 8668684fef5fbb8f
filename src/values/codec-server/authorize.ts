// Who may call the codec server: a caller with its token, in a header or in the cookie that the login page sets.
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export const SESSION_PATH = '/login';

const COOKIE = 'baton_codec';

/** A working day: then the browser needs the token again. */
const COOKIE_SECONDS = 12 * 60 * 60;

export function isAuthorized({ headers }: IncomingMessage, token: string | undefined): boolean {
  if (token === undefined) return true;
  const bearer = /^Bearer (?<token>\S+)$/i.exec(headers.authorization ?? '')?.groups?.['token'];
  if (bearer !== undefined && isSame(bearer, token)) return true;
  const cookie = cookiesIn(headers.cookie).get(COOKIE);
  return cookie !== undefined && isSame(cookie, sessionOf(token));
}

/** The header `Set-Cookie` for a browser that has given the token; `undefined` if it gave another one. */
export function loginCookie(given: string, token: string, { headers }: IncomingMessage): string | undefined {
  if (!isSame(given, token)) return undefined;
  // Behind a proxy with TLS, the Web UI may be on another site: browsers then send the cookie only with these attributes.
  const site = headers['x-forwarded-proto'] === 'https' ? 'SameSite=None; Secure' : 'SameSite=Lax';
  return `${COOKIE}=${sessionOf(token)}; Path=/; Max-Age=${COOKIE_SECONDS}; HttpOnly; ${site}`;
}

/** The cookie is not the token: who reads the cookies of a browser cannot log in elsewhere with it. */
const sessionOf = (token: string): string =>
  createHmac('sha256', token).update('baton codec server').digest('base64url');

/** In constant time, also if the lengths differ. */
function isSame(given: string, expected: string): boolean {
  const digest = (text: string) => createHmac('sha256', 'compare').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

const cookiesIn = (header: string | undefined): ReadonlyMap<string, string> =>
  new Map(
    (header ?? '').split(';').flatMap((part) => {
      const [name, ...value] = part.trim().split('=');
      return name === undefined ? [] : [[name, value.join('=')] as const];
    }),
  );
