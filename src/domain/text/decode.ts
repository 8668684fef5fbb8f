// From bytes to text. A decoder usually replaces bytes that its encoding does not have by U+FFFD, so that data changes and nothing
// reports it. Here such bytes are refused.

/** The message says which bytes were not expected, and where they are. */
export class EncodingError extends Error {
  override readonly name = 'EncodingError';
}

/**
 * The text of the bytes, in UTF-8 if no charset is declared. A byte order mark decides before what is declared, and stays in the text.
 * Throws an EncodingError.
 */
export function decodeText(bytes: Uint8Array, declared = 'utf-8'): string {
  const charset = charsetOfMark(bytes) ?? declared;
  const decoder = decoderOf(charset);
  try {
    return decoder.decode(bytes);
  } catch {
    throw new EncodingError(`expected text in ${nameOf(decoder)}, got ${describeFault(bytes, decoder)}`);
  }
}

type Decoder = InstanceType<typeof TextDecoder>;

function decoderOf(charset: string): Decoder {
  try {
    return new TextDecoder(charset, { fatal: true, ignoreBOM: true });
  } catch {
    throw new EncodingError(
      `expected text in UTF-8 or another encoding of the web, got charset ${JSON.stringify(charset)}`,
    );
  }
}

function charsetOfMark([first, second, third]: Uint8Array): string | undefined {
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8';
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : undefined;
}

const nameOf = ({ encoding }: Decoder): string => encoding.toUpperCase();

function describeFault(bytes: Uint8Array, { encoding }: Decoder): string {
  const offset = encoding === 'utf-8' ? faultOffset(bytes) : undefined;
  if (offset === undefined) return 'other bytes';
  const byte = bytes[offset]!.toString(16).padStart(2, '0');
  return `the byte 0x${byte} at offset ${offset}`;
}

const REPLACEMENT = '\uFFFD';
/** U+FFFD itself in UTF-8. */
const REPLACEMENT_BYTES = [0xef, 0xbf, 0xbd];

/** The offset of the first byte that UTF-8 does not allow: the first U+FFFD that a lenient decoder makes, unless it is in the bytes. */
function faultOffset(bytes: Uint8Array): number | undefined {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const encoder = new TextEncoder();
  let [done, offset] = [0, 0];
  for (let at = text.indexOf(REPLACEMENT); at >= 0; at = text.indexOf(REPLACEMENT, done)) {
    offset += encoder.encode(text.slice(done, at)).length;
    if (!REPLACEMENT_BYTES.every((byte, i) => bytes[offset + i] === byte)) return offset;
    offset += REPLACEMENT_BYTES.length;
    done = at + 1;
  }
  return undefined;
}
