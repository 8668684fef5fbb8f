// Reads the body of a request, up to a limit.
import type { IncomingMessage } from 'node:http';
import { RequestError } from './request-error.js';

/** The Web UI sends the payloads of one event: a payload is at most 2 MiB, in base64 and JSON, and an event may have a few. */
const MAX_BYTES = 16 * 1024 * 1024;

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new RequestError(413, `expected a body of at most ${MAX_BYTES} bytes, got more`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
