import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkHealth } from '../../src/activities/health-check.js';
import { startFixtureHttp, type FixtureHttp } from '../support/fixture-http.js';

let server: FixtureHttp;
beforeAll(async () => {
  server = await startFixtureHttp(({ url }, response) => {
    if (url === '/silent') return;
    response.writeHead(url === '/well' ? 204 : url === '/moved' ? 302 : 503).end();
  });
});
afterAll(() => server.close());

const node = (code: string) => [process.execPath, '-e', code] as [string, ...string[]];

describe('checkHealth', () => {
  test('an HTTP check is healthy only with a status of 2xx', async () => {
    expect(await checkHealth({ http: `${server.url}/well` })).toEqual({
      isHealthy: true,
      latencyMs: expect.any(Number) as number,
    });
    const ill = await checkHealth({ http: `${server.url}/ill?key=secret` });
    expect(ill).toMatchObject({ isHealthy: false, why: `GET ${server.url}/ill answered 503` });
    expect(await checkHealth({ http: `${server.url}/moved` })).toMatchObject({ isHealthy: false });
  });

  test('an HTTP check reports a server that is not there, and one that does not answer', async () => {
    const gone = await startFixtureHttp(() => undefined);
    await gone.close();
    expect(await checkHealth({ http: gone.url })).toMatchObject({
      isHealthy: false,
      why: expect.stringContaining('ECONNREFUSED') as string,
    });
    const silent = await checkHealth({ http: `${server.url}/silent`, timeout: '50ms' });
    expect(silent).toMatchObject({ isHealthy: false, why: 'did not answer within 50ms' });
  });

  test('a command check is healthy with exit code 0; otherwise it reports the last line of stderr', async () => {
    expect(await checkHealth({ command: node('') })).toMatchObject({ isHealthy: true });
    const ill = await checkHealth({ command: node('console.error("a"); console.error("no disk"); process.exit(3)') });
    expect(ill).toMatchObject({ isHealthy: false, why: `${process.execPath} ended with exit 3: no disk` });
    const hanging = await checkHealth({ command: node('setInterval(() => 0, 1000)'), timeout: '300ms' });
    expect(hanging).toMatchObject({ isHealthy: false, why: 'did not answer within 300ms' });
    const absent = await checkHealth({ command: ['no-such-program-at-all'] });
    expect(absent).toMatchObject({ isHealthy: false, why: expect.stringContaining('no such program') as string });
  });

  test('a function check is healthy unless it throws; one that ignores its signal is given up', async () => {
    expect(await checkHealth({ run: () => false })).toMatchObject({ isHealthy: true });
    const ill = await checkHealth({ run: () => Promise.reject(new Error('no licence')) });
    expect(ill).toMatchObject({ isHealthy: false, why: 'no licence' });
    const deaf = await checkHealth({ run: () => new Promise(() => undefined), timeout: '20ms' });
    expect(deaf).toMatchObject({ isHealthy: false, why: 'did not answer within 20ms' });
  });

  test('a check rejects when its caller aborts it', async () => {
    const stop = new AbortController();
    const asked = checkHealth({ run: () => new Promise(() => undefined) }, stop.signal);
    stop.abort(new Error('stopped'));
    await expect(asked).rejects.toThrow('stopped');
  });
});
