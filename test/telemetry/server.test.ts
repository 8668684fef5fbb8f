import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { openTelemetry, type Telemetry } from '../../src/telemetry.js';

async function open(listen = '127.0.0.1:0', sdk?: string): Promise<Telemetry> {
  const telemetry = await openTelemetry({ listen, about: { version: '1' }, sdk });
  onTestFinished(telemetry.close);
  return telemetry;
}

async function get(url: string): Promise<{ status: number; text: string }> {
  const response = await fetch(url);
  return { status: response.status, text: await response.text() };
}

test('/readyz: 503 with the reason, until every check agrees', async () => {
  const { url, ready } = await open();
  expect(await get(`${url}/readyz`)).toEqual({ status: 503, text: 'not ready: it is starting\n' });
  let reason: string | undefined = 'the worker is draining';
  ready(() => Promise.resolve(undefined));
  ready(() => Promise.resolve(reason));
  expect(await get(`${url}/readyz`)).toEqual({ status: 503, text: 'not ready: the worker is draining\n' });
  reason = undefined;
  expect((await get(`${url}/readyz`)).status).toBe(200);
});

test('/livez answers while the process is not ready', async () => {
  const { url } = await open();
  expect(await get(`${url}/livez`)).toEqual({ status: 200, text: 'ok\n' });
  expect((await get(`${url}/nonsense`)).status).toBe(404);
});

test('/metrics has the metrics of the SDK, too', async () => {
  const sdk = createServer((_request, response) => response.end('temporal_worker_task_slots_available 1\n'));
  sdk.listen(0, '127.0.0.1');
  await once(sdk, 'listening');
  onTestFinished(() => void sdk.close());
  const { url } = await open('127.0.0.1:0', `http://127.0.0.1:${(sdk.address() as AddressInfo).port}/metrics`);
  const { text } = await get(`${url}/metrics`);
  expect(text).toContain('baton_build_info{version="1"} 1');
  expect(text).toContain('temporal_worker_task_slots_available 1');
});

test('/metrics answers although the SDK serves nothing', async () => {
  const { url } = await open('127.0.0.1:0', 'http://127.0.0.1:9/metrics');
  expect((await get(`${url}/metrics`)).text).toContain('baton_build_info');
});

test('a port in use is refused with the address and what to do', async () => {
  const { url } = await open();
  const listen = new URL(url).host;
  await expect(open(listen)).rejects.toThrow(
    `telemetry: cannot listen on ${listen}: another program uses the port; ` +
      'give another one with --listen, or as telemetry.listen in the configuration',
  );
});
