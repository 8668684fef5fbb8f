import { describe, expect, it } from 'vitest';
import { ExpressionError, type Scope } from '../../../src/domain/expression/expression.js';
import { compileTemplate, stringsIn } from '../../../src/domain/expression/template.js';

const compiled = (value: unknown) => {
  const template = compileTemplate(value);
  return async (scope: Scope) => template(scope);
};

describe('a template', () => {
  it('a template without expressions gives the value itself', async () => {
    const value = { a: [1, 'text {% not one', null], b: { c: true } };
    expect(await compiled(value)({})).toBe(value);
  });

  it('a template replaces expressions by their values', async () => {
    const template = compiled({ a: '{% $input.x %}', b: ['{% $item %}', 2], c: { d: '{% $index + 1 %}' } });
    expect(await template({ input: { x: { y: 1 } }, item: 'i', index: 4 })).toEqual({
      a: { y: 1 },
      b: ['i', 2],
      c: { d: 5 },
    });
  });

  it('an undefined value is left out of an object, and null in an array', async () => {
    const template = compiled({ gone: '{% $input.no %}', list: ['{% $input.no %}', 1] });
    expect(await template({ input: {} })).toEqual({ list: [null, 1] });
    expect(await compiled('{% $input.no %}')({ input: {} })).toBeUndefined();
  });

  it('a template keeps keys such as __proto__ as plain keys', async () => {
    const template = compiled(JSON.parse('{"__proto__": "{% $input %}", "constructor": 1}'));
    const made = await template({ input: 5 });
    expect(JSON.stringify(made)).toBe('{"__proto__":5,"constructor":1}');
  });

  it('the error of a template contains the expression that failed', async () => {
    const template = compiled({ a: '{% $number("x") %}' });
    await expect(template({})).rejects.toThrow(ExpressionError);
    await expect(template({})).rejects.toThrow('{% $number("x") %}: ');
  });

  it('a malformed expression fails when the template is evaluated, not when it is compiled', async () => {
    await expect(compiled('{% 1 + %}')({})).rejects.toThrow(ExpressionError);
  });
});

describe('stringsIn', () => {
  it('stringsIn finds every string with its path, in order', () => {
    const found = [...stringsIn({ a: 'x', b: [1, 'y', { c: 'z' }], d: null }, ['in'])];
    expect(found).toEqual([
      { text: 'x', path: ['in', 'a'] },
      { text: 'y', path: ['in', 'b', 1] },
      { text: 'z', path: ['in', 'b', 2, 'c'] },
    ]);
  });
});
