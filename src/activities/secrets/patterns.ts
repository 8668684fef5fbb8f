// What to search for to find a secret: its text, its usual escaped forms, and its base64.
// D1. Escaped text is decoded before it is searched (`views.ts`). The usual escaped forms are searched as they are too: if what stands
//     before a secret ends like the beginning of an escape ("%4" before "b"), decoding takes the first character of the secret away.
// D2. Three bytes become four characters of base64, so within a longer text the same secret has three forms, of which only the
//     middle is its own.

/** A shorter secret is not used: it could not be told from other text, in base64 least of all. */
export const MIN_SECRET_LENGTH = 5;

export interface SecretValue {
  readonly name: string;
  readonly value: string;
}

export interface Pattern {
  readonly text: string;
  readonly name: string;
  /** Characters before and after it that hold a few bits of the secret. */
  readonly before: number;
  readonly after: number;
}

/** Without values that are too short. */
export const patternsOf = (secrets: readonly SecretValue[]): Pattern[] =>
  secrets.flatMap(({ name, value }) => formsOf(value).map((form) => ({ ...form, name })));

type Form = Omit<Pattern, 'name'>;

function formsOf(value: string): Form[] {
  // Headers, and many programs, drop white space at the ends.
  const texts = [value, value.trim()].filter(({ length }) => length >= MIN_SECRET_LENGTH);
  const written = texts.flatMap((text) => [text, ...ESCAPED_FORMS.map((escape) => escape(text))]);
  return [
    ...[...new Set(written)].map((text) => ({ text, before: 0, after: 0 })),
    ...[...new Set(texts)].flatMap((text) => [0, 1, 2].flatMap((offset) => base64Forms(Buffer.from(text), offset))),
  ];
}

const HTML_ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const ESCAPED_FORMS: readonly ((text: string) => string)[] = [
  (text) => encodeURIComponent(text.toWellFormed()),
  (text) => encodeURI(text.toWellFormed()),
  (text) => new URLSearchParams({ '': text }).toString().slice(1),
  (text) => JSON.stringify(text).slice(1, -1),
  (text) => text.replaceAll(/[&<>"']/g, (sign) => HTML_ENTITIES[sign]!),
];

const BITS_OF_BYTE = 8;
const BITS_OF_CHARACTER = 6;

/** `offset`: the number of bytes before the secret, modulo 3. */
function base64Forms(bytes: Buffer, offset: number): Form[] {
  const all = Buffer.concat([Buffer.alloc(offset), bytes]);
  const bits = all.length * BITS_OF_BYTE;
  const from = Math.ceil((offset * BITS_OF_BYTE) / BITS_OF_CHARACTER);
  const to = Math.floor(bits / BITS_OF_CHARACTER);
  const edges = { before: offset === 0 ? 0 : 1, after: bits % BITS_OF_CHARACTER === 0 ? 0 : 1 };
  const texts = [all.toString('base64'), all.toString('base64url')].map((text) => text.slice(from, to));
  return [...new Set(texts)].map((text) => ({ text, ...edges }));
}
