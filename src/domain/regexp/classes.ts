// Translates character classes: `[…]`, and those with a name, `\d`, `\s`, `\p{…}`.
import { readEscape } from './escape.js';

/** JavaScript has four line terminators, RE2 has one. */
export const NOT_LINE_END = '[^\\n\\r\\x{2028}\\x{2029}]';
export const ANY = '[\\x{0}-\\x{10FFFF}]';
const NONE = '[^\\x{0}-\\x{10FFFF}]';

/** The white space of JavaScript; that of RE2 is only five characters. */
const SPACE = '\\t-\\r \\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}';
const NOT_SPACE =
  '\\x{0}-\\x{8}\\x{e}-\\x{1f}\\x{21}-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}\\x{200b}-\\x{2027}\\x{202a}-\\x{202e}' +
  '\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}\\x{3001}-\\x{fefe}\\x{ff00}-\\x{10ffff}';

/** The long names of the general categories; RE2 knows only the short ones. */
const CATEGORIES: Readonly<Record<string, string>> = {
  Letter: 'L',
  Cased_Letter: 'LC',
  Uppercase_Letter: 'Lu',
  Lowercase_Letter: 'Ll',
  Titlecase_Letter: 'Lt',
  Modifier_Letter: 'Lm',
  Other_Letter: 'Lo',
  Mark: 'M',
  Combining_Mark: 'M',
  Nonspacing_Mark: 'Mn',
  Spacing_Mark: 'Mc',
  Enclosing_Mark: 'Me',
  Number: 'N',
  Decimal_Number: 'Nd',
  digit: 'Nd',
  Letter_Number: 'Nl',
  Other_Number: 'No',
  Punctuation: 'P',
  punct: 'P',
  Connector_Punctuation: 'Pc',
  Dash_Punctuation: 'Pd',
  Open_Punctuation: 'Ps',
  Close_Punctuation: 'Pe',
  Initial_Punctuation: 'Pi',
  Final_Punctuation: 'Pf',
  Other_Punctuation: 'Po',
  Symbol: 'S',
  Math_Symbol: 'Sm',
  Currency_Symbol: 'Sc',
  Modifier_Symbol: 'Sk',
  Other_Symbol: 'So',
  Separator: 'Z',
  Space_Separator: 'Zs',
  Line_Separator: 'Zl',
  Paragraph_Separator: 'Zp',
  Other: 'C',
  Control: 'Cc',
  cntrl: 'Cc',
  Format: 'Cf',
  Surrogate: 'Cs',
  Private_Use: 'Co',
  Unassigned: 'Cn',
};

interface Translation {
  readonly text: string;
  /** The position after it in the source. */
  readonly end: number;
}

/** `\d`, `\s`, `\p{…}` and the like, whose backslash is at `at`; `undefined` for every other escape. */
export function classEscape(source: string, at: number, unicode: boolean): Translation | undefined {
  const members = classMembers(source, at, unicode);
  return members === undefined ? undefined : { ...members, text: `[${members.text}]` };
}

function classMembers(source: string, at: number, unicode: boolean): Translation | undefined {
  const next = source[at + 1]!;
  const end = at + 2;
  if ('dDwW'.includes(next)) return { text: `\\${next}`, end };
  if (next === 's') return { text: SPACE, end };
  if (next === 'S') return { text: NOT_SPACE, end };
  if (!unicode || (next !== 'p' && next !== 'P')) return undefined;
  const close = source.indexOf('}', at);
  const name = source.slice(at + 3, close).replace(/^(?:Script|sc|Script_Extensions|scx|General_Category|gc)=/, '');
  const known = Object.hasOwn(CATEGORIES, name) ? CATEGORIES[name] : name;
  if (known === 'ASCII') return { text: next === 'p' ? '\\x{0}-\\x{7f}' : '\\x{80}-\\x{10ffff}', end: close + 1 };
  return { text: `\\${next}{${known}}`, end: close + 1 };
}

/** The class that starts at `at`. */
export function charClass(source: string, at: number, unicode: boolean): Translation {
  let i = at + 1;
  const negated = source[i] === '^';
  if (negated) i += 1;
  let text = '';
  // `[]` matches nothing, `[^]` everything; RE2 has neither.
  if (source[i] === ']') return { text: negated ? ANY : NONE, end: i + 1 };
  while (source[i] !== ']') {
    const first = member(source, i, unicode);
    i = first.end;
    if (source[i] !== '-' || source[i + 1] === ']') {
      text += first.text;
      continue;
    }
    const last = member(source, i + 1, unicode);
    i = last.end;
    // Without the flag `u`, the hyphen of `[\w-.]` is a character, not a range.
    text +=
      first.code === undefined || last.code === undefined
        ? `${first.text}\\-${last.text}`
        : `${first.text}-${last.text}`;
  }
  return { text: `[${negated ? '^' : ''}${text}]`, end: i + 1 };
}

function member(source: string, at: number, unicode: boolean): Translation & { readonly code?: number } {
  if (source[at] !== '\\') {
    const code = source.codePointAt(at)!;
    return { text: hexOf(code), end: at + String.fromCodePoint(code).length, code };
  }
  const named = classMembers(source, at, unicode);
  if (named !== undefined) return named;
  if (source[at + 1] === 'b') return { text: hexOf(8), end: at + 2, code: 8 };
  const { code, end } = readEscape(source, at, unicode);
  return { text: hexOf(code), end, code };
}

const hexOf = (code: number): string => `\\x{${code.toString(16)}}`;
