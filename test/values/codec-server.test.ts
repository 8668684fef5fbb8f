import type { AddressInfo } from 'node:net';
import type { Payload } from '@temporalio/common';
import { expect, it, onTestFinished } from 'vitest';
import { createCodecServer, type CodecServerOptions } from '../../src/values/codec-server.js';
import { createEncryptionCodec } from '../../src/values/encryption/codec.js';
import { readKeys } from '../../src/values/encryption/keys.js';

const ORIGIN = 'http://127.0.0.1:8233';
const TOKEN = 'a-token';

const codecOf = async (id: string) =>
  createEncryptionCodec(
    await readKeys({ keys: [{ id, key: { env: 'KEY' } }] }, { KEY: Buffer.alloc(32, id).toString('base64') }),
  );

async function listen(options: Partial<CodecServerOptions> = {}): Promise<string> {
  const server = createCodecServer({
    dataConverter: { payloadCodecs: [await codecOf('A')] },
    token: undefined,
    origins: [ORIGIN],
    ...options,
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const base64 = (text: string | Uint8Array) => Buffer.from(text as string).toString('base64');
const clear = { payloads: [{ metadata: { encoding: base64('json/plain') }, data: base64('"hello"') }] };

const post = (url: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(url, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body), headers });

it('codec server: what /encode encrypts is decrypted by /decode, /download and below any path', async () => {
  const url = await listen();
  const encrypted = (await (await post(`${url}/encode`, clear)).json()) as typeof clear;
  expect(Buffer.from(encrypted.payloads[0]!.metadata.encoding, 'base64').toString()).toBe('binary/encrypted');
  for (const path of ['/decode', '/download', '/default/decode']) {
    expect(await (await post(`${url}${path}`, encrypted, { 'X-Namespace': 'default' })).json()).toEqual(clear);
  }
});

it('codec server: only a caller with the token gets an answer', async () => {
  const url = await listen({ token: TOKEN });
  const status = async (headers: Record<string, string>) => (await post(`${url}/decode`, clear, headers)).status;
  expect(await status({})).toBe(401);
  expect(await status({ Authorization: 'Bearer another' })).toBe(401);
  expect(await status({ Cookie: `baton_codec=${TOKEN}` })).toBe(401);
  expect(await status({ Authorization: `Bearer ${TOKEN}` })).toBe(200);
});

it('codec server: the login page sets a cookie for a browser that has the token', async () => {
  const url = await listen({ token: TOKEN });
  expect(await (await fetch(`${url}/login`)).text()).toContain('<form method="post">');
  expect((await post(`${url}/login`, 'token=wrong')).status).toBe(401);
  const cookie = (await post(`${url}/login`, `token=${TOKEN}`)).headers.get('set-cookie')!;
  expect(cookie).toMatch(/^baton_codec=[\w-]+; Path=\/; Max-Age=43200; HttpOnly; SameSite=Lax$/);
  expect(cookie).not.toContain(TOKEN);
  expect((await post(`${url}/decode`, clear, { Cookie: `a=b; ${cookie.split(';')[0]}` })).status).toBe(200);
});

it('codec server: only pages of the given origins may read answers', async () => {
  const url = await listen();
  const preflight = (origin: string) =>
    fetch(`${url}/decode`, {
      method: 'OPTIONS',
      headers: { Origin: origin, 'Access-Control-Request-Method': 'POST' },
    });
  const allowed = (await preflight(ORIGIN)).headers;
  expect(allowed.get('access-control-allow-origin')).toBe(ORIGIN);
  expect(allowed.get('access-control-allow-credentials')).toBe('true');
  expect(allowed.get('access-control-allow-headers')).toMatch(/Authorization.*X-Namespace/);
  expect((await preflight('http://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
});

it('codec server: a value of another key is an error that names the key', async () => {
  const url = await listen({ dataConverter: { payloadCodecs: [await codecOf('B')] } });
  const [encrypted] = await (await codecOf('A')).encode([{ metadata: {}, data: Buffer.from('x') } satisfies Payload]);
  const { metadata, data } = encrypted!;
  const json = {
    metadata: Object.fromEntries(Object.entries(metadata!).map(([k, v]) => [k, base64(v)])),
    data: base64(data!),
  };
  const answer = await post(`${url}/decode`, { payloads: [json] });
  expect([answer.status, await answer.text()]).toEqual([
    500,
    'a value is encrypted with the key "A", and the keys configured here are "B"; add "A" to encryption.keys in the configuration\n',
  ]);
});

it.each([
  ['{', 400, 'body: expected JSON: { "payloads": [ … ] }\n'],
  ['{"payloads":[{"data":"***"}]}', 400, 'body.payloads.0.data: Invalid base64-encoded string\n'],
  ['x'.repeat(17 * 1024 * 1024), 413, 'expected a body of at most 16777216 bytes, got more\n'],
])('codec server: the body %.30s is refused', async (body, status, message) => {
  const answer = await post(`${await listen()}/decode`, body);
  expect([answer.status, await answer.text()]).toEqual([status, message]);
});

it('codec server: other paths and methods are refused', async () => {
  const url = await listen();
  expect((await post(`${url}/other`, clear)).status).toBe(404);
  expect((await fetch(`${url}/decode`)).status).toBe(405);
});
