// Temporal's remote codec protocol: the Web UI and the `temporal` command send encrypted payloads, and get clear text back, or the
// other way round. https://docs.temporal.io/codec-server describes the protocol.
// Nothing that passes through is logged.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { LoadedDataConverter, Payload } from '@temporalio/common';
import { ExternalStorageRunner } from '@temporalio/common/lib/internal-non-workflow/index.js';
import { readBody } from './codec-server/body.js';
import { corsHeaders } from './codec-server/cors.js';
import { isAuthorized, loginCookie, SESSION_PATH } from './codec-server/authorize.js';
import { fromJson, toJson } from './codec-server/payload-json.js';
import { plainJson } from './references.js';
import { RequestError } from './codec-server/request-error.js';

export interface CodecServerOptions {
  readonly dataConverter: Pick<LoadedDataConverter, 'payloadCodecs' | 'externalStorage'>;
  /** Who may read: `Authorization: Bearer TOKEN`, or the cookie of the login page. Without it, every caller. */
  readonly token: string | undefined;
  /** The origins of Web UIs whose pages may call. */
  readonly origins: readonly string[];
}

/** Does not listen yet. */
export function createCodecServer(options: CodecServerOptions): Server {
  return createServer((request, response) => {
    void answer(request, response, options).catch((error: unknown) => {
      const { status, message } = error instanceof RequestError ? error : { status: 500, message: reasonOf(error) };
      send(response, status, 'text/plain', `${message}\n`);
    });
  });
}

/** Errors whose messages name a key or a place; other messages may contain parts of values. */
const READABLE: ReadonlySet<string> = new Set([
  'DecryptionError',
  'StorageUnavailableError',
  'ValueLostError',
  'ValueNotStoredError',
]);

const reasonOf = (error: unknown): string =>
  error instanceof Error && READABLE.has(error.name) ? error.message : 'the payloads could not be converted';

async function answer(request: IncomingMessage, response: ServerResponse, options: CodecServerOptions): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  for (const [name, value] of corsHeaders(request, options.origins)) response.setHeader(name, value);
  if (request.method === 'OPTIONS') return void response.writeHead(204).end();
  if (pathname === SESSION_PATH) return await login(request, response, options);
  // The protocol allows any path in front: callers may put the namespace there.
  const direction = DIRECTIONS.get(pathname.slice(pathname.lastIndexOf('/')));
  if (direction === undefined) throw new RequestError(404, 'expected /encode, /decode or /download');
  if (request.method !== 'POST') throw new RequestError(405, `${pathname}: expected POST, got ${request.method}`);
  if (!isAuthorized(request, options.token)) {
    throw new RequestError(401, `expected the token of this server, in the header Authorization or by ${SESSION_PATH}`);
  }
  const payloads = fromJson(await readBody(request));
  const converted = await direction(payloads, options.dataConverter);
  send(response, 200, 'application/json', JSON.stringify(toJson(converted)));
}

type Convert = (payloads: Payload[], converter: CodecServerOptions['dataConverter']) => Promise<Payload[]>;

/** Large values are encrypted, and then stored: so they are fetched before they are decrypted. */
const decode: Convert = async (payloads, { externalStorage, payloadCodecs }) => {
  let result =
    externalStorage === undefined ? payloads : await new ExternalStorageRunner(externalStorage).retrieve(payloads);
  for (const codec of [...payloadCodecs].reverse()) result = await codec.decode(result);
  return result.map(plainJson);
};

const encode: Convert = async (payloads, { payloadCodecs }) => {
  let result = payloads;
  for (const codec of payloadCodecs) result = await codec.encode(result);
  return result;
};

/** Some callers request what is stored outside the server by a path of its own. */
const DIRECTIONS: ReadonlyMap<string, Convert> = new Map([
  ['/decode', decode],
  ['/download', decode],
  ['/encode', encode],
]);

/** A page with a form, for browsers: Web UIs can send cookies, but not a fixed token. */
async function login(request: IncomingMessage, response: ServerResponse, { token }: CodecServerOptions): Promise<void> {
  if (token === undefined) throw new RequestError(404, 'this server needs no token');
  if (request.method !== 'POST') return send(response, 200, 'text/html; charset=utf-8', LOGIN_PAGE);
  const given = new URLSearchParams((await readBody(request)).toString('utf8')).get('token') ?? '';
  const cookie = loginCookie(given, token, request);
  if (cookie === undefined) throw new RequestError(401, 'expected the token of this server');
  response.setHeader('Set-Cookie', cookie);
  send(response, 200, 'text/plain', 'This browser may read values now. Reload the page of the Web UI.\n');
}

const LOGIN_PAGE = `<!doctype html><title>Baton codec server</title>
<form method="post"><label>Token <input name="token" type="password" autocomplete="off" autofocus></label>
<button>Log in</button></form>
`;

function send(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, {
    'Content-Type': type,
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(text);
}
