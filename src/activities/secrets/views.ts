// The ways in which a text may hold a secret: as it is, or with some of its characters escaped. Encoders do not agree on which
// characters they escape, so the text is decoded, and the secrets are searched in what it means. A view remembers for each of its
// characters where that came from.

export interface View {
  readonly text: string;
  /** The place in the original text of each character; absent if the view is the original text. */
  readonly places?: Places;
  /** The end of the original text may be the beginning of an escape: it is decided only up to here. */
  readonly decided: number;
}

interface Places {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

export const startOf = ({ places }: View, index: number): number => places?.starts[index] ?? index;
export const endOf = ({ places }: View, index: number): number => places?.ends[index] ?? index + 1;

interface Decoder {
  /** A text without this sign has no escapes. */
  readonly sign: string;
  readonly escapes: RegExp;
  /** What an escape stands for; `undefined` if it stands for itself. */
  decode(this: void, escape: string): string | undefined;
  /** An escape that may be incomplete, at the end of a text. */
  readonly open: RegExp;
}

/** The longest beginning of an escape that may be incomplete. */
const LONGEST_OPEN = 12;

const PERCENT: Decoder = {
  sign: '%',
  // One character in UTF-8.
  escapes:
    /%[0-7][\da-f]|%[cd][\da-f]%[89ab][\da-f]|%e[\da-f]%[89ab][\da-f]%[89ab][\da-f]|%f[0-7]%[89ab][\da-f]%[89ab][\da-f]%[89ab][\da-f]/gi,
  decode(escape) {
    try {
      return decodeURIComponent(escape);
    } catch {
      return undefined;
    }
  },
  open: /(?:%[c-f][\da-f](?:%[89ab][\da-f]){0,2})?(?:%[\da-f]?)?$/i,
};

/** Forms write a space as "+". */
const FORM: Decoder = {
  ...PERCENT,
  sign: '+',
  escapes: new RegExp(String.raw`\+|${PERCENT.escapes.source}`, 'gi'),
  decode: (escape) => (escape === '+' ? ' ' : PERCENT.decode(escape)),
};

const SHORT_ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** JSON, and the strings of programming languages. */
const JSON_TEXT: Decoder = {
  sign: '\\',
  escapes: /\\(?:u[\dA-Fa-f]{4}|x[\dA-Fa-f]{2}|["'\\/bfnrt])/g,
  decode: (escape) =>
    escape.length > 2 ? String.fromCharCode(parseInt(escape.slice(2), 16)) : (SHORT_ESCAPES[escape[1]!] ?? escape[1]),
  open: /(?:\\(?:u[\dA-Fa-f]{0,3}|x[\dA-Fa-f]?)?)?$/,
};

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' };

const HTML: Decoder = {
  sign: '&',
  escapes: /&(?:amp|lt|gt|quot|apos|nbsp|#\d{1,7}|#x[\da-f]{1,6});/gi,
  decode(escape) {
    const name = escape.slice(1, -1).toLowerCase();
    if (!name.startsWith('#')) return ENTITIES[name];
    const code = name.startsWith('#x') ? parseInt(name.slice(2), 16) : parseInt(name.slice(1), 10);
    return code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
  },
  open: /(?:&[#\w]{0,8})?$/,
};

/** Base64 is often wrapped to lines. */
const LINES: Decoder = { sign: '\n', escapes: /\r?\n/g, decode: () => '', open: /\r?$/ };

/** One escaping within another: JSON in a URL, a URL in JSON, JSON in JSON. */
const CHAINS: readonly (readonly Decoder[])[] = [
  [PERCENT],
  [JSON_TEXT],
  [HTML],
  [PERCENT, PERCENT],
  [PERCENT, JSON_TEXT],
  [JSON_TEXT, JSON_TEXT],
  [JSON_TEXT, PERCENT],
];
const FORM_CHAINS = [[FORM], [JSON_TEXT, FORM]] as const;
const LINE_CHAINS = [[LINES], [JSON_TEXT, LINES]] as const;

/** The signs of all decoders. */
const SIGNS = /[%+\\&\n]/;

export interface ViewOptions {
  /** Some secret has a space in it. */
  readonly hasSpaces: boolean;
  /** Also as if the text had no line breaks. Not for streams: each line would be held back until the next. */
  readonly isWhole: boolean;
}

/** The text itself, and every other way to read it. */
export function viewsOf(text: string, { hasSpaces, isWhole }: ViewOptions): View[] {
  const original: View = { text, decided: text.length };
  if (!SIGNS.test(text)) return [original];
  const chains = [...CHAINS, ...(hasSpaces ? FORM_CHAINS : []), ...(isWhole ? LINE_CHAINS : [])];
  const views = [original];
  const firsts = new Map<Decoder, View | undefined>();
  for (const [first, second] of chains) {
    if (!firsts.has(first!)) firsts.set(first!, decodeView(original, first!));
    const once = firsts.get(first!);
    if (once === undefined) continue;
    const view = second === undefined ? once : decodeView(once, second);
    if (view !== undefined) views.push(view);
  }
  return views;
}

/** `undefined` if the view has no such escapes. */
function decodeView(view: View, { sign, escapes, decode, open }: Decoder): View | undefined {
  const { text } = view;
  if (!text.includes(sign)) return undefined;
  const parts: string[] = [];
  const starts = new Int32Array(text.length);
  const ends = new Int32Array(text.length);
  let length = 0;
  let done = 0;
  const copy = (until: number) => {
    parts.push(text.slice(done, until));
    for (; done < until; done++, length++) {
      starts[length] = startOf(view, done);
      ends[length] = endOf(view, done);
    }
  };
  for (const { 0: escape, index } of text.matchAll(escapes)) {
    const decoded = decode(escape);
    if (decoded === undefined) continue;
    copy(index);
    done = index + escape.length;
    parts.push(decoded);
    for (let i = 0; i < decoded.length; i++, length++) {
      starts[length] = startOf(view, index);
      ends[length] = endOf(view, done - 1);
    }
  }
  copy(text.length);
  const openLength = open.exec(text.slice(-LONGEST_OPEN))?.[0].length ?? 0;
  const decided = openLength === 0 ? view.decided : Math.min(view.decided, startOf(view, text.length - openLength));
  return {
    text: parts.join(''),
    places: { starts: starts.subarray(0, length), ends: ends.subarray(0, length) },
    decided,
  };
}
