import type { Response } from 'undici';

export interface Body {
  readonly text: string;
  /** True if there was more than the limit; what is beyond it was not read. */
  readonly more: boolean;
}

/** Reads at most `limit` bytes of a body, then lets go of the connection. */
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
  const text = Buffer.concat(chunks).subarray(0, limit).toString('utf8');
  return { text, more: bytes > limit };
}
