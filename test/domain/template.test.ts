import { describe, expect, it } from 'vitest';
import { ExpressionError } from '../../src/domain/expression.js';
import { compileTemplate, stringsIn } from '../../src/domain/template.js';

describe('a template', () => {
  it('is the value itself where nothing is an expression', async () => {
    const value = { a: [1, 'text {% not one', null], b: { c: true } };
    expect(await compileTemplate(value)({})).toBe(value);
  });

  it('puts values in the places of expressions', async () => {
    const template = compileTemplate({ a: '{% $input.x %}', b: ['{% $item %}', 2], c: { d: '{% $index + 1 %}' } });
    expect(await template({ input: { x: { y: 1 } }, item: 'i', index: 4 })).toEqual({
      a: { y: 1 },
      b: ['i', 2],
      c: { d: 5 },
    });
  });

  it('leaves out what is absent in an object, and says null in an array', async () => {
    const template = compileTemplate({ gone: '{% $input.no %}', list: ['{% $input.no %}', 1] });
    expect(await template({ input: {} })).toEqual({ list: [null, 1] });
    expect(await compileTemplate('{% $input.no %}')({ input: {} })).toBeUndefined();
  });

  it('keeps keys such as __proto__ as what they are', async () => {
    const template = compileTemplate(JSON.parse('{"__proto__": "{% $input %}", "constructor": 1}'));
    const made = await template({ input: 5 });
    expect(JSON.stringify(made)).toBe('{"__proto__":5,"constructor":1}');
  });

  it('names the expression that failed', async () => {
    const template = compileTemplate({ a: '{% $number("x") %}' });
    await expect(template({})).rejects.toThrow(ExpressionError);
    await expect(template({})).rejects.toThrow('{% $number("x") %}: ');
  });

  it('fails when it is evaluated, not when it is compiled', async () => {
    await expect(compileTemplate('{% 1 + %}')({})).rejects.toThrow(ExpressionError);
  });
});

describe('stringsIn', () => {
  it('finds every string with its path, in order', () => {
    const found = [...stringsIn({ a: 'x', b: [1, 'y', { c: 'z' }], d: null }, ['in'])];
    expect(found).toEqual([
      { text: 'x', path: ['in', 'a'] },
      { text: 'y', path: ['in', 'b', 1] },
      { text: 'z', path: ['in', 'b', 2, 'c'] },
    ]);
  });
});
