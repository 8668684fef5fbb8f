import { describe, expect, it } from 'vitest';
import { isSameToken, newToken, refusal } from '../../../src/cli/pages/access.js';

describe('the token of the pages', () => {
  it('token: each server has another one, with at least 128 bits', () => {
    expect(newToken()).not.toBe(newToken());
    expect(Buffer.from(newToken(), 'base64url').length).toBeGreaterThanOrEqual(16);
  });

  it('token: only the whole token is accepted', () => {
    const token = newToken();
    expect(isSameToken(token, token)).toBe(true);
    for (const other of ['', token.slice(1), `${token}x`, newToken()]) expect(isSameToken(other, token)).toBe(false);
  });
});

describe('refusal', () => {
  const get = { method: 'GET', host: '127.0.0.1:8088', origin: undefined };

  it.each(['127.0.0.1:8088', 'localhost:8088', '[::1]:8088'])(
    'Host %s: a request of this machine is accepted',
    (host) => {
      expect(refusal({ ...get, host }, '127.0.0.1')).toBeUndefined();
      expect(refusal({ method: 'POST', host, origin: `http://${host}` }, '127.0.0.1')).toBeUndefined();
    },
  );

  it.each(['evil.example', 'evil.example:8088', '127.0.0.1.evil.example', '', 'a b'])(
    'Host %j: a name that leads to this machine is refused',
    (host) => {
      expect(refusal({ ...get, host }, '127.0.0.1')).toMatch(/^the header Host: expected the address of this server/);
    },
  );

  it('Host: the name that was given with --listen is accepted', () => {
    expect(refusal({ ...get, host: 'desk.example:8088' }, 'desk.example')).toBeUndefined();
  });

  it.each(['http://evil.example', 'http://127.0.0.1:9999', 'https://127.0.0.1:8088', 'null'])(
    'Origin %s: a request that another page sends is refused',
    (origin) => {
      for (const method of ['GET', 'POST'])
        expect(refusal({ ...get, method, origin }, '127.0.0.1')).toMatch(/^the header Origin: expected this server/);
    },
  );

  it('Origin: a request that acts must have one', () => {
    expect(refusal({ ...get, method: 'POST' }, '127.0.0.1')).toBe(
      'the header Origin: expected this server, got nothing',
    );
  });
});
