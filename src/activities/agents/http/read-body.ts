// Reading a reply with bounded memory.
import type { Response } from 'undici';
import { decodeText } from '../../../domain/text/decode.js';

export interface Body {
  readonly bytes: Uint8Array;
  /** The charset that the reply declares in `Content-Type`. */
  readonly charset: string | undefined;
  /** True if the body was longer than the limit; the rest was not read. */
  readonly isCut: boolean;
}

/** Reads at most `limit` bytes of a body, then releases the connection. `onChunk` is called for each part that arrives. */
export async function readBody(
  { body, headers }: Response,
  limit: number,
  onChunk: (() => void) | undefined,
): Promise<Body> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  if (body !== null) {
    for await (const chunk of body) {
      if (!(chunk instanceof Uint8Array)) throw new TypeError('expected a body of bytes');
      onChunk?.();
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > limit) break;
    }
  }
  const read = Buffer.concat(chunks).subarray(0, limit);
  return { bytes: read, charset: declaredCharset(headers.get('content-type')), isCut: bytes > limit };
}

/** The text of a body that was read to its end. Throws an EncodingError. */
export const bodyText = ({ bytes, charset }: Body): string => decodeText(bytes, charset);

/** The text of a body for people, with U+FFFD for what cannot be decoded. */
export function bodyExcerpt({ bytes, charset = 'utf-8', isCut }: Body): string {
  // With `stream`, part of a character at the cut is left out: half a character would hide the beginning of a secret.
  return lenientDecoder(charset).decode(bytes, { stream: isCut });
}

function lenientDecoder(charset: string): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(charset, { ignoreBOM: true });
  } catch {
    return new TextDecoder('utf-8', { ignoreBOM: true });
  }
}

/** `text/plain; charset="ISO-8859-1"` → `ISO-8859-1` (RFC 9110, 8.3.1). */
const declaredCharset = (contentType: string | null): string | undefined =>
  /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(contentType ?? '')?.[1];
