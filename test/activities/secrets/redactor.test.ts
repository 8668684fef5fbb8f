import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../../src/activities/secrets/redactor.js';
import type { SecretValue } from '../../../src/activities/secrets/patterns.js';
import { ENCODINGS, manySecrets, tracesOf } from './encodings.js';

const secrets = manySecrets();
const all = createRedactor(secrets);

const leaks = (text: string, { name, value }: SecretValue) =>
  tracesOf({ name, value }).filter((trace) => text.includes(trace));

function streamed(pieces: readonly string[], redactor = all): string {
  const parts: string[] = [];
  const stream = redactor.redactStream((text) => parts.push(text));
  pieces.forEach(stream.push);
  stream.end();
  return parts.join('');
}

describe('redact', () => {
  it.each(Object.keys(ENCODINGS))('redact: a secret is found as %s', (encoding) => {
    for (const secret of secrets) {
      const text = `before ${ENCODINGS[encoding]!(secret.value)} after`;
      expect({ secret, found: leaks(all.redact(text), secret) }).toEqual({ secret, found: [] });
    }
  });

  it('redact: the mark has the name of the secret, and the text around it stays', () => {
    const { redact } = createRedactor([{ name: 'TOKEN', value: 'tok-12345' }]);
    expect(redact('a tok-12345 b tok-1234 c tok-12345')).toBe('a [secret TOKEN] b tok-1234 c [secret TOKEN]');
    expect(redact(`key=${Buffer.from('tok-12345').toString('base64')}&x`)).toBe('key=[secret TOKEN]&x');
  });

  it('redact: the longest of several secrets names what is replaced, and nothing of the others is left', () => {
    const { redact } = createRedactor([
      { name: 'SHORT', value: 'abcde' },
      { name: 'LONG', value: 'abcdefgh' },
      { name: 'LATE', value: 'fghijk' },
    ]);
    expect(redact('(abcde) (abcdefgh) (abcdefghijk)')).toBe('([secret SHORT]) ([secret LONG]) ([secret LONG])');
  });

  it.each([
    ['%4', 'b%["<', encodeURIComponent],
    ['%4', 'b% [x', (text: string) => new URLSearchParams({ a: text }).toString().slice(2)],
    ['\\', 'n"<abc', (text: string) => JSON.stringify(text).slice(1, -1)],
    ['&#3', '9;a&b', (text: string) => text.replaceAll('&', '&amp;')],
  ])(
    'redact: a secret after %j, which with its first character would be an escape, is found',
    (before, value, escape) => {
      const redactor = createRedactor([{ name: 'AFTER', value }]);
      const text = `${before}${escape(value)}`;
      expect(redactor.redact(text)).toBe(`${before}[secret AFTER]`);
      expect(streamed([...text], redactor)).toBe(`${before}[secret AFTER]`);
    },
  );

  it('redact: base64 that is wrapped to lines is found', () => {
    const value = 'a long secret that needs more than one line of base64 to be written, as those of mail do';
    const { redact } = createRedactor([{ name: 'LONG', value }]);
    const wrapped = Buffer.from(value).toString('base64').replaceAll(/.{20}/g, '$&\r\n');
    expect(redact(`<${wrapped}>`)).toMatch(/^<\[secret LONG\]=*\s*>$/);
  });

  it('redact: values that are shorter than five characters are not searched', () => {
    expect(createRedactor([{ name: 'S', value: 'abcd' }]).redact('abcd')).toBe('abcd');
  });

  it('redact: text without secrets stays as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(all.redact(text)).toBe(text);
        expect(streamed([text])).toBe(text);
      }),
    );
  });

  it('redact: no secret of 200 is left in a text of many of them, however they are encoded and mixed', () => {
    const encodings = Object.values(ENCODINGS);
    const part = fc.tuple(
      fc.nat(secrets.length - 1),
      fc.nat(encodings.length - 1),
      fc.constantFrom('', ' ', '"', '\n', ';'),
    );
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 8 }), (parts) => {
        const text = parts
          .map(([secret, encode, between]) => encodings[encode]!(secrets[secret]!.value) + between)
          .join('');
        const redacted = all.redact(text);
        for (const [secret] of parts) expect(leaks(redacted, secrets[secret]!)).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});

describe('redactCut', () => {
  it('redactCut: no beginning of a secret is left at the end, wherever the text is cut', () => {
    for (const secret of secrets.slice(0, 12)) {
      for (const encoding of ['plain', 'JSON', 'encodeURIComponent', 'base64']) {
        const text = `{ "a": "${ENCODINGS[encoding]!(secret.value)}`;
        for (let length = 8; length <= text.length; length++) {
          const kept = all.redactCut(text.slice(0, length));
          expect(kept.replaceAll(/\[secret S_\d+\]/g, '')).toMatch(/^\{ "a"(?:: ?)?(?:"=*)?$/);
        }
      }
    }
  });
});

describe('redactStream', () => {
  it('redactStream: a secret that is split anywhere is replaced as if it had come in one piece', () => {
    for (const secret of secrets.slice(0, 12)) {
      for (const encode of Object.values(ENCODINGS)) {
        const text = `a ${encode(secret.value)} b`;
        const step = Math.max(1, Math.floor(text.length / 25));
        for (let at = 1; at < text.length; at += step) {
          expect(leaks(streamed([text.slice(0, at), text.slice(at)]), secret)).toEqual([]);
        }
      }
    }
  });

  it('redactStream: text in any pieces gives the same as the whole, without what only a whole text shows', () => {
    const few = createRedactor(secrets.slice(0, 20));
    const encodings = Object.values(ENCODINGS);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(19), fc.nat(encodings.length - 1), fc.string({ maxLength: 3 })), { maxLength: 4 }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
        (parts, sizes) => {
          const text = parts
            .map(([secret, encode, more]) => more + encodings[encode]!(secrets[secret]!.value))
            .join('');
          const pieces: string[] = [];
          for (let at = 0, i = 0; at < text.length; at += sizes[i++ % sizes.length]!) {
            pieces.push(text.slice(at, at + sizes[i % sizes.length]!));
          }
          const joined = pieces.join('');
          const result = streamed(pieces, few);
          for (const [secret] of parts) if (joined === text) expect(leaks(result, secrets[secret]!)).toEqual([]);
        },
      ),
    );
  });

  it('redactStream: a line is passed on immediately if no secret can begin in it', () => {
    const lines: string[] = [];
    const stream = createRedactor([{ name: 'TOKEN', value: 'tok-12345' }]).redactStream((text) => lines.push(text));
    stream.push('::progress {"done": 1}\n');
    expect(lines).toEqual(['::progress {"done": 1}\n']);
    stream.push('the tok-');
    expect(lines.join('')).toBe('::progress {"done": 1}\nthe ');
    stream.push('9\n');
    expect(lines.join('')).toBe('::progress {"done": 1}\nthe tok-9\n');
  });
});
