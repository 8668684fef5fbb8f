// Receivers of traces that do not behave, each a real server, and the real exporter.
import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { openTracing } from '../../../src/activities/trace/tracing.js';
import type { SpanBatch } from '../../../src/domain/trace/record.js';

const TEN_MB = 10_000_000;

const batchOf = (at: number): SpanBatch => ({
  trace: '4bf92f3577b34da6a3ce929d0e0e4736',
  ...{ runId: `r${at}`, plan: 'p', name: `r${at}`, tasks: [], calls: [] },
  run: { status: 'completed', from: 1, to: 2, tokens: 0, usd: 0 },
});

async function listen(server: Server): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    // The exporter may close a connection: that is not an error of the receiver.
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
}

/** Counts the requests that reach it. */
async function http(answer: RequestListener) {
  let requests = 0;
  const url = await listen(
    createHttpServer((request, response) => {
      requests++;
      answer(request, response);
    }),
  );
  return { url, requests: () => requests };
}

/** Sends three batches, one after the other, as three runs that end. */
async function sendTo(url: string): Promise<string[]> {
  const warnings: string[] = [];
  const quiet = () => undefined;
  const log = { debug: quiet, info: quiet, error: quiet, warn: (line: string) => void warnings.push(line) };
  const tracing = openTracing({ OTEL_EXPORTER_OTLP_ENDPOINT: url }, log)!;
  for (const at of [1, 2, 3]) await tracing.send(batchOf(at));
  await tracing.close();
  return warnings;
}

const oneWarning = [
  expect.stringMatching(/^cannot send traces to http:\/\/127\.0\.0\.1:\d+: .+; runs are not affected$/),
];

/** The environment of the exporter is that of the process. */
const useEndpoint = (url: string): string => {
  process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] = url;
  onTestFinished(() => void delete process.env['OTEL_EXPORTER_OTLP_ENDPOINT']);
  return url;
};

test.each<[string, RequestListener]>([
  ['answers 10 MB with status 500', (_, response) => response.writeHead(500).end(Buffer.alloc(TEN_MB, 'x'))],
  ['answers 10 MB with status 200', (_, response) => response.writeHead(200).end(Buffer.alloc(TEN_MB, 'x'))],
  ['never answers', () => undefined],
  ['closes the connection before it answers', (request) => request.socket.destroy()],
  [
    'closes the connection in the middle of an answer with status 500',
    (request, response) => {
      response.writeHead(500, { 'content-length': 1_000 }).write('half');
      setImmediate(() => request.socket.destroy());
    },
  ],
])(
  'a receiver that %s costs one warning, and each run continues',
  async (_, answer) => {
    const { url, requests } = await http(answer);
    expect(await sendTo(useEndpoint(url))).toEqual(oneWarning);
    expect(requests()).toBeGreaterThan(0);
  },
  60_000,
);

test('a receiver that does not speak HTTP costs one warning, and each run continues', async () => {
  const url = await listen(createServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')));
  expect(await sendTo(useEndpoint(url))).toEqual(oneWarning);
}, 60_000);

test('a receiver that takes the spans and answers nonsense is taken at its status', async () => {
  const { url, requests } = await http((request, response) => {
    request.resume().on('end', () => response.writeHead(200).end('<html>\0\xff'));
  });
  expect(await sendTo(useEndpoint(url))).toEqual([]);
  expect(requests()).toBe(3);
});

test('a redirect is not followed: traces do not reach another server', async () => {
  const other = await http((_, response) => response.end());
  const { url } = await http((_, response) => response.writeHead(307, { location: `${other.url}/v1/traces` }).end());
  expect(await sendTo(useEndpoint(url))).toEqual(oneWarning);
  expect(other.requests()).toBe(0);
});
