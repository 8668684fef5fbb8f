// A receiver of webhooks: it verifies signatures by its own reading of Standard Webhooks, and can be down, or answer with errors.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export interface ReceivedNotice {
  readonly id: string;
  readonly isSigned: boolean;
  readonly answer: number;
  readonly body: { readonly type: string; readonly timestamp: string; readonly data: Record<string, unknown> };
}

export interface NoticeReceiver {
  readonly url: string;
  readonly received: ReceivedNotice[];
  /** The next answers; then 204. The body of an endless one has no end. */
  readonly answers: (number | { readonly endless: number })[];
  down(this: void): Promise<void>;
  up(this: void): Promise<void>;
}

export async function openNoticeReceiver(secret: string): Promise<NoticeReceiver> {
  const received: ReceivedNotice[] = [];
  const answers: NoticeReceiver['answers'] = [];
  let server: Server | undefined;
  let port = 0;
  const up = async (): Promise<void> => {
    server = createServer((request, response) => {
      void bodyOf(request).then((text) => {
        const next = answers.shift() ?? 204;
        const answer = typeof next === 'number' ? next : next.endless;
        const id = String(request.headers['webhook-id']);
        const body = JSON.parse(text) as ReceivedNotice['body'];
        received.push({ id, isSigned: isSigned(request, text, secret), answer, body });
        response.writeHead(answer);
        if (next === answer) response.end();
        // It ends when the sender closes the connection.
        else void pipeline(Readable.from(endless()), response).catch(() => undefined);
      });
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  };
  const down = async (): Promise<void> => {
    server?.closeAllConnections();
    await new Promise((resolve) => server?.close(resolve));
  };
  await up();
  return { url: `http://127.0.0.1:${port}/hooks`, received, answers, up, down };
}

function* endless(): Generator<Buffer> {
  for (;;) yield Buffer.alloc(65_536, 'x');
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

function isSigned({ headers }: IncomingMessage, body: string, secret: string): boolean {
  const time = String(headers['webhook-timestamp']);
  if (Math.abs(Date.now() / 1_000 - Number(time)) > 300) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const expected = createHmac('sha256', key)
    .update(`${String(headers['webhook-id'])}.${time}.${body}`)
    .digest();
  return String(headers['webhook-signature'])
    .split(' ')
    .some((one) => {
      const [version, text = ''] = one.split(',');
      const given = Buffer.from(text, 'base64');
      return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected);
    });
}
