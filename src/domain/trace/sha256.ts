// SHA-256 in plain JavaScript: the Workflow sandbox has no `node:crypto`. Source: FIPS 180-4.

const BLOCK_BYTES = 64;

const encoder = new TextEncoder();

/** The constants of the standard: the first 32 bits of the fractions of the cube roots and square roots of the first primes. */
const K = fractions(64, Math.cbrt);
const H = fractions(8, Math.sqrt);

function fractions(count: number, root: (value: number) => number): Int32Array {
  const primes: number[] = [];
  for (let candidate = 2; primes.length < count; candidate++)
    if (primes.every((prime) => candidate % prime !== 0)) primes.push(candidate);
  return Int32Array.from(primes, (prime) => Math.floor((root(prime) % 1) * 2 ** 32) | 0);
}

/** The hash of a text in UTF-8, in hexadecimal. */
export function sha256(text: string): string {
  const padded = pad(encoder.encode(text));
  const state = Int32Array.from(H);
  for (let from = 0; from < padded.byteLength; from += BLOCK_BYTES) addBlock(state, padded, from);
  return [...new Uint32Array(state.buffer)].map((word) => word.toString(16).padStart(8, '0')).join('');
}

/** The message, a one bit, zeros, and the length of the message in bits. */
function pad(message: Uint8Array): DataView {
  const bytes = Math.ceil((message.length + 9) / BLOCK_BYTES) * BLOCK_BYTES;
  const padded = new Uint8Array(bytes);
  padded.set(message);
  padded[message.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(bytes - 8, Math.floor(message.length / 2 ** 29));
  view.setUint32(bytes - 4, message.length * 8);
  return view;
}

/** One block has 64 rounds: they are plain arithmetic on 32-bit integers, without lists. */
function addBlock(state: Int32Array, message: DataView, from: number): void {
  const words = new Int32Array(64);
  for (let i = 0; i < 16; i++) words[i] = message.getInt32(from + 4 * i);
  for (let i = 16; i < 64; i++) {
    const early = words[i - 15]!;
    const late = words[i - 2]!;
    const small0 = rotate(early, 7) ^ rotate(early, 18) ^ (early >>> 3);
    const small1 = rotate(late, 17) ^ rotate(late, 19) ^ (late >>> 10);
    words[i] = (((words[i - 16]! + small0) | 0) + ((words[i - 7]! + small1) | 0)) | 0;
  }
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  let e = state[4]!;
  let f = state[5]!;
  let g = state[6]!;
  let h = state[7]!;
  for (let i = 0; i < 64; i++) {
    const choice = (e & f) ^ (~e & g);
    const large1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const first = (((h + large1) | 0) + ((choice + K[i]!) | 0) + words[i]!) | 0;
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const second = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + majority) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  const next = [a, b, c, d, e, f, g, h];
  for (let i = 0; i < 8; i++) state[i] = state[i]! + next[i]!;
}

const rotate = (word: number, by: number): number => (word >>> by) | (word << (32 - by));
