import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { extractJson, extractFirstBlock } from '../../../src/domain/json/extract-json.js';

const F = '```';
const J = '{"files":["a"],"note":"x"}';

const valueIn = (text: string, fits?: (value: unknown) => boolean): unknown => {
  const found = extractJson(text, fits);
  return 'value' in found ? found.value : 'none';
};

describe('extractJson', () => {
  test.each<[string, string]>([
    ['alone', `\n  ${J}\n`],
    ['after a byte order mark', `\uFEFF${J}`],
    ['in a block', `${F}json\n${J}\n${F}`],
    ['in a block without a language', `${F}\n${J}\n${F}`],
    ['in a block with other line breaks', `${F}json\r\n${J}\r\n${F}`],
    ['in a block in capitals', `${F}JSON\n${J}\n${F}`],
    ['in a block of a dialect of JSON', `${F}jsonc\n${J}\n${F}`],
    ['in a block of tildes', `~~~json\n${J}\n~~~`],
    ['in a block with four backticks', `${F}\`json\n${J}\n${F}\``],
    ['in a block on one line', `${F}json ${J} ${F}`],
    ['in a block without any space', `${F}${J}${F}`],
    ['in a block that is not closed', `${F}json\n${J}`],
    ['in the second block', `First:\n${F}bash\nls\n${F}\nthen\n${F}json\n${J}\n${F}`],
    ['in the block that is labelled JSON', `${F}\n{"other": 1}\n${F}\n${F}json\n${J}\n${F}`],
    ['before and after sentences', `Here it is:\n${F}json\n${J}\n${F}\nHope it helps!`],
    ['after reasoning', `<think>I must {decide} or {"a": 1}</think>\n${J}`],
    ['after reasoning with a draft', `<think>maybe ${F}json\n{"files": []}\n${F}</think>\n${F}json\n${J}\n${F}`],
    ['after reasoning without an opening tag', `I must think</think>\n${J}`],
    ['in reasoning that nothing follows', `<think>${J}</think>`],
    ['after a sentence', `Sure! ${J}`],
    ['before a sentence', `${J}\n\nLet me know.`],
    ['after braces and brackets', `Use {x}, {{y}} and [z], "[" or '{', see [1]: ${J}`],
  ])('extractJson finds JSON %s', (_, text) => {
    expect(valueIn(text)).toEqual(JSON.parse(J));
  });

  test('extractJson finds JSON with a code block in a string', () => {
    const value = { note: `use ${F}js\nx\n${F} here` };
    expect(valueIn(`${F}json\n${JSON.stringify(value)}\n${F}`)).toEqual(value);
  });

  test('extractJson finds a number or a string in a block, but not in code of another language', () => {
    expect(valueIn(`So:\n${F}json\n5\n${F}`)).toBe(5);
    expect(valueIn(`${F}\n"yes"\n${F}`)).toBe('yes');
    expect(valueIn(`${F}python\n5\n${F}`)).toBe('none');
  });

  test('extractJson prefers the value that fits', () => {
    const fits = (value: unknown) => typeof value === 'object' && value !== null && 'note' in value;
    expect(valueIn(`An example: {"files": []}. The answer: ${J}`, fits)).toEqual(JSON.parse(J));
    expect(valueIn('Two: {"a": 1} and {"b": 2}', fits)).toEqual({ a: 1 });
    expect(valueIn('The primes are [2, 3, 5].', Array.isArray)).toEqual([2, 3, 5]);
  });

  test('extractJson finds any JSON in a block within sentences', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 3 }), (json) => {
        expect(valueIn(`Well:\n${F}json\n${json}\n${F}\nThat is it.`)).toEqual(JSON.parse(json));
      }),
    );
  });
});

describe('a text without JSON', () => {
  test.each<[string, string]>([
    ['a sentence', 'I cannot do that.'],
    ['braces', 'Use {x} and [y], "quoted".'],
    ['references', 'As said in [1] and [2, 3].'],
    ['JSON that breaks off', `${F}json\n{"files": [{"path": "a"}, {"path": "b"`],
    ['JSON that breaks off within a string', '{"files": {"path": "a"}, "note": "x'],
    ['malformed JSON', '{"files": {"path": "a"},}'],
    ['empty text', ''],
  ])('extractJson finds no value: %s', (_, text) => {
    const found = extractJson(text, (value) => !Array.isArray(value));
    expect(found).toHaveProperty('error');
  });
});

test('extractJson takes time proportional to the length of the text', () => {
  const n = 200_000;
  const texts = [
    `${F}json${'\n'.repeat(n)}`,
    '['.repeat(n),
    `${'['.repeat(n)}x`,
    '{"a":'.repeat(n / 4),
    '{"'.repeat(n / 2),
    `{"${'{\\"'.repeat(n / 2)}`,
    F.repeat(n / 3),
    `${F}["`.repeat(n / 4),
    `${F}json ${'\n'.repeat(100)}`.repeat(n / 100),
    '[1,'.repeat(n / 2),
    `{${' '.repeat(100)}`.repeat(n / 100),
    '</think>'.repeat(n / 8),
    '[ '.repeat(n / 2),
  ];
  for (const text of texts) {
    expect(extractJson(text)).toHaveProperty('error');
    expect(extractFirstBlock(text)).toHaveProperty('error');
  }
});

test('extractFirstBlock reads the first block like rules 1', () => {
  const OLD = /```(?:json)?\s*\n([\s\S]*?)\n?\s*```/;
  const part = fc.constantFrom(F, '`', 'json', '\n', ' ', '{"a":1}', '[', ']', '1', 'x', '\t', '\r');
  fc.assert(
    fc.property(fc.array(part, { maxLength: 14 }), (parts) => {
      const text = parts.join('');
      let old: unknown = 'none';
      for (const json of [text, OLD.exec(text)?.[1]]) {
        try {
          if (old === 'none' && json !== undefined) old = JSON.parse(json);
        } catch {
          continue;
        }
      }
      const found = extractFirstBlock(text);
      expect('value' in found ? found.value : 'none').toEqual(old);
    }),
    { numRuns: 3000 },
  );
});
