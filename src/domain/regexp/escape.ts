// Reads one escaped character: `\n`, `\x41`, `\u0041`, `\u{1F600}`, `\cJ`, `\0`, `\/`. Without the flag `u`, JavaScript reads an
// unknown escape as the character itself, and digits as an octal number.

const SINGLE: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13 };

/** `at` is the position of the backslash, `end` the position after the escape. */
export function readEscape(source: string, at: number, unicode: boolean): { code: number; end: number } {
  const next = source[at + 1]!;
  const single = SINGLE[next];
  if (single !== undefined) return { code: single, end: at + 2 };
  if (next === 'x') return hex(source, at, 2) ?? { code: 0x78, end: at + 2 };
  if (next === 'u') return unicodeEscape(source, at, unicode) ?? { code: 0x75, end: at + 2 };
  if (next === 'c') {
    const letter = source[at + 2] ?? '';
    return /[A-Za-z]/.test(letter) ? { code: letter.charCodeAt(0) % 32, end: at + 3 } : { code: 0x5c, end: at + 1 };
  }
  const octal = /^(?:[0-3][0-7]{0,2}|[4-7][0-7]?)/.exec(source.slice(at + 1, at + 4))?.[0];
  if (octal !== undefined) return { code: Number.parseInt(octal, 8), end: at + 1 + octal.length };
  const code = source.codePointAt(at + 1)!;
  return { code, end: at + 1 + String.fromCodePoint(code).length };
}

function hex(source: string, at: number, digits: number): { code: number; end: number } | undefined {
  const text = source.slice(at + 2, at + 2 + digits);
  if (text.length !== digits || !/^[\dA-Fa-f]+$/.test(text)) return undefined;
  return { code: Number.parseInt(text, 16), end: at + 2 + digits };
}

function unicodeEscape(source: string, at: number, unicode: boolean): { code: number; end: number } | undefined {
  if (unicode && source[at + 2] === '{') {
    const end = source.indexOf('}', at);
    return { code: Number.parseInt(source.slice(at + 3, end), 16), end: end + 1 };
  }
  const first = hex(source, at, 4);
  if (first === undefined || first.code < 0xd800 || first.code > 0xdbff || !source.startsWith('\\u', first.end))
    return first;
  // A surrogate pair is one character.
  const second = hex(source, first.end, 4);
  if (second === undefined || second.code < 0xdc00 || second.code > 0xdfff) return first;
  return { code: 0x10000 + (first.code - 0xd800) * 0x400 + (second.code - 0xdc00), end: second.end };
}
