// Reading a reply with bounded memory.
import type { Response } from 'undici';

export interface Body {
  readonly text: string;
  /** True if the body was longer than the limit; the rest was not read. */
  readonly isCut: boolean;
}

/** Reads at most `limit` bytes of a body, then releases the connection. */
export async function readBody({ body }: Response, limit: number): Promise<Body> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  if (body !== null) {
    for await (const chunk of body) {
      if (!(chunk instanceof Uint8Array)) throw new TypeError('expected a body of bytes');
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > limit) break;
    }
  }
  const isCut = bytes > limit;
  // With `stream`, part of a character at the cut is left out: half a character would hide the beginning of a secret.
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.concat(chunks).subarray(0, limit), {
    stream: isCut,
  });
  return { text, isCut };
}
