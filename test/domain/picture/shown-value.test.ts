import { describe, expect, it } from 'vitest';
import { shownValue } from '../../../src/domain/picture/shown-value.js';

describe('shownValue', () => {
  it('value: text is shown as it is, everything else as indented JSON', () => {
    expect(shownValue('a\nb', 100)).toEqual({ text: 'a\nb' });
    expect(shownValue({ a: [1] }, 100).text).toBe('{\n  "a": [\n    1\n  ]\n}');
    expect(shownValue(undefined, 100).text).toBe('null');
  });

  it('value: text under a name of a secret is hidden, numbers under such a name are not', () => {
    const value = {
      apiKey: 'sk-1',
      password: 'p',
      Authorization: 'Bearer x',
      usage: { tokens: 5 },
      nested: [{ client_secret: 's' }],
    };
    const { text } = shownValue(value, 1_000);
    for (const secret of ['sk-1', '"p"', 'Bearer', '"s"']) expect(text).not.toContain(secret);
    expect(text).toContain('"tokens": 5');
  });

  it('value: a long one is cut, never within a character, and its length is known', () => {
    expect(shownValue('😀'.repeat(10), 5)).toEqual({ text: '😀😀', cutFrom: 20 });
    expect(shownValue('x'.repeat(2_000_000), 100).cutFrom).toBe(2_000_000);
  });
});
