// Text from outside made safe to show: characters that control a terminal, change the direction of text or cannot be seen become
// escapes as in JSON, `\u001b`, so that the reader sees what is there. What people write stays: line breaks and tabs, the joiners of
// emoji and of Arabic and Indic scripts, and one variation selector after a character.

/** Everything that may have to be escaped. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

const JOINERS: ReadonlySet<string> = new Set(['\u200c', '\u200d']);
const VARIATION = /\p{Variation_Selector}/u;
const JOINED_SCRIPT =
  /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}]/u;
const EMOJI = /[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f]/u;

/** For text with lines, which keeps its line breaks and tabs. In JSON text, the data stays the same. */
export const visible = (text: string): string =>
  text.replace(HIDDEN, (character, offset: number) =>
    isPlain(character, text, offset) ? character : escaped(character),
  );

/** For a name on a line, such as that of a file: line breaks and tabs are escaped, too. */
export const visibleName = (text: string): string => visible(text).replace(/[\t\r\n]/g, escaped);

/** For text on one line: line breaks and other space become a space. */
export const visibleLine = (text: string): string => visible(text.replace(/[\s\u0085]+/g, ' ').trim());

function isPlain(character: string, text: string, offset: number): boolean {
  if (character === '\n' || character === '\t') return true;
  if (character === '\r') return text[offset + 1] === '\n';
  if (VARIATION.test(character)) return offset > 0 && !isHidden(before(text, offset));
  if (!JOINERS.has(character)) return false;
  const [left, right] = [before(text, offset), after(text, offset + character.length)];
  // A neighbour that is escaped does not join.
  const areShown = isShown(left, text, offset - left.length) && isShown(right, text, offset + character.length);
  return areShown && [EMOJI, JOINED_SCRIPT].some((kind) => kind.test(left) && kind.test(right));
}

/** Not called for joiners: they are no neighbours of joiners. */
const isShown = (character: string, text: string, offset: number): boolean =>
  !isHidden(character) || (!JOINERS.has(character) && isPlain(character, text, offset));

const isHidden = (character: string): boolean => character.search(HIDDEN) >= 0;

const before = (text: string, offset: number): string =>
  Array.from(text.slice(Math.max(0, offset - 2), offset)).at(-1) ?? '';

const after = (text: string, offset: number): string => Array.from(text.slice(offset, offset + 2))[0] ?? '';

/** `\u001b`; two of them for a character outside the basic plane. */
function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}
