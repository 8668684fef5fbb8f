import { createServer } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { RunNotFoundError } from '../../../src/client/errors.js';
import { pagesApp, servePages, type PageSource } from '../../../src/cli/pages/server.js';

const none: PageSource = {
  feed: (id) => {
    throw new Error(`there is no run ${JSON.stringify(id)}`);
  },
  values: () => Promise.reject(new Error('no values')),
  act: () => Promise.reject(new Error('no acts')),
};
const HOST = '127.0.0.1:8088';

const request = (path: string, init: RequestInit = {}, source = none) =>
  pagesApp(source, { token: 'tok', host: '127.0.0.1', closing: new AbortController().signal }).request(
    `http://${HOST}${path}`,
    { ...init, headers: { host: HOST, ...(init.headers as Record<string, string>) } },
  );

describe('the server of pages', () => {
  it.each(['/', '/run?id=r', '/to/run?id=r', '/tokk/', '/%74ok%00/', '/x/tok/'])(
    'server: %s has no token, and is answered with 404',
    async (path) => {
      const response = await request(path);
      expect([response.status, await response.text()]).toEqual([404, 'expected the whole address that was printed\n']);
    },
  );

  it('server: no answer may be kept, framed, or sent on with its address', async () => {
    const { headers } = await request('/tok/nothing');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
  });

  it('server: an error is one line, for a page as text and for a request of the page as JSON', async () => {
    const page = await request('/tok/run?id=%3Cb%3E');
    expect(page.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(await page.text()).toBe('there is no run "<b>"\n');
    expect(page.status).toBe(500);
    const values = await request('/tok/task?id=r&task=a');
    expect(await values.json()).toEqual({ error: 'there is no run "r"' });
  });

  it('server: a run that is not on the server is answered with 404', async () => {
    const feed = (id: string) => {
      throw new RunNotFoundError(id);
    };
    const page = await request('/tok/run?id=r', {}, { ...none, feed });
    expect([page.status, await page.text()]).toEqual([404, 'there is no run "r" on this server\n']);
  });

  it.each([
    ['no JSON', 'x'],
    ['an unknown act', '{"act":"explode","id":"r"}'],
    ['a missing task', '{"act":"approve","id":"r"}'],
    ['another property', '{"act":"pause","id":"r","by":"me"}'],
  ])('server: a request with %s is refused, and nothing is done', async (_, body) => {
    const response = await request('/tok/act', { method: 'POST', body, headers: { origin: `http://${HOST}` } });
    expect([response.status, await response.json()]).toEqual([400, { error: 'expected act, id and, for some, task' }]);
  });

  it('server: a port that is in use is named, with what to do', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void other.close());
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    await expect(servePages(none, { host: '127.0.0.1', port })).rejects.toThrow(
      `the page: cannot listen on 127.0.0.1:${port}: another program uses the port; choose another port, or none for any free port`,
    );
  });
});
