// The ways in which an agent may send a secret back, and secrets of many shapes.
import { seeded } from '../../support/seeded.js';
import type { SecretValue } from '../../../src/activities/secrets/patterns.js';

const percentAll = (text: string): string =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
const asciiJson = (text: string): string =>
  JSON.stringify(text)
    .slice(1, -1)
    .replaceAll(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
const html = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
const base64After = (before: string) => (text: string) => Buffer.from(`${before}${text} and more`).toString('base64');

export const ENCODINGS: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => text,
  encodeURIComponent: encodeURIComponent,
  encodeURI: encodeURI,
  'percent, lower case': percentAll,
  'a form': (text) => new URLSearchParams({ a: text }).toString().slice(2),
  JSON: (text) => JSON.stringify(text).slice(1, -1),
  'JSON in ASCII': asciiJson,
  'JSON with escaped slashes': (text) => JSON.stringify(text).slice(1, -1).replaceAll('/', '\\/'),
  'JSON in JSON': (text) => JSON.stringify(JSON.stringify(text)),
  'percent in JSON': (text) => JSON.stringify({ url: `/?q=${encodeURIComponent(text)}` }),
  'JSON in percent': (text) => encodeURIComponent(JSON.stringify({ text })),
  HTML: html,
  base64: (text) => Buffer.from(text).toString('base64'),
  'base64, after one byte': base64After('x'),
  'base64, after two bytes': base64After('xy'),
  'base64 for URLs': (text) => Buffer.from(`a:${text}`).toString('base64url'),
};

/** Parts of it that show that some of a secret was left: all that the tests search for. */
export function tracesOf({ value }: SecretValue): string[] {
  const bytes = Buffer.from(value);
  const base64 = [0, 1, 2].flatMap((offset) => {
    const all = Buffer.concat([Buffer.alloc(offset), bytes]);
    const from = Math.ceil((offset * 8) / 6);
    const to = Math.floor((all.length * 8) / 6);
    return [all.toString('base64').slice(from, to), all.toString('base64url').slice(from, to)];
  });
  const others = ['plain', 'encodeURIComponent', 'percent, lower case', 'a form', 'JSON', 'JSON in ASCII', 'HTML'];
  return [...new Set([...others.map((name) => ENCODINGS[name]!(value)), ...base64])];
}

/** 200 secrets: keys, passwords with quotes and line breaks, text of other scripts, beginnings of each other, long ones. */
export function manySecrets(count = 200): SecretValue[] {
  const random = seeded(7);
  const pick = (alphabet: readonly string[], length: number) =>
    Array.from({ length }, () => alphabet[Math.floor(random() * alphabet.length)]!).join('');
  const letters = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'];
  const shapes: ((i: number) => string)[] = [
    (i) => `sk-${pick(letters, 20 + (i % 30))}`,
    (i) => pick([...letters, ...'"\'\\<>&%$#{}[]()!?'], 12 + (i % 9)),
    (i) => `${pick(letters, 6)}\n${pick(letters, 6)}\r\n${pick(letters, i % 7)}end`,
    (i) => pick([...'äöüßéñ漢字🔑🗝Ω', ...letters], 10 + (i % 5)),
    (i) => `${pick(letters, 5)}%41%2F%${i}`,
    (i) => Buffer.from(pick(letters, 18 + (i % 3))).toString('base64'),
    (i) => `shared-beginning-${'x'.repeat(i % 40)}${pick(letters, 2)}`,
    (i) => `pass word ${pick(letters, 8)} ${i} `,
    (i) =>
      `-----BEGIN PRIVATE KEY-----\n${Array.from({ length: 4 + (i % 20) }, () => pick([...letters, '+', '/'], 64)).join('\n')}\n-----END PRIVATE KEY-----\n`,
    (i) => String(10_000_000 + Math.floor(random() * 89_999_999) + i),
  ];
  return Array.from({ length: count }, (_, i) => ({ name: `S_${i}`, value: shapes[i % shapes.length]!(i) }));
}
