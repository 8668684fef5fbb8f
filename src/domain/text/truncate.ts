// Texts that are too long for where they are shown, cut so that the reader sees that something is missing. A cut never parts a
// surrogate pair. `headOf` and `tailOf` of `well-formed.ts` cut without a mark.
import { headOf, tailOf } from './well-formed.js';

const MARK = '…';

/** At most `length` characters: the beginning of the text, with `…` at the end if something is missing. */
export const truncateEnd = (text: string, length: number): string =>
  text.length <= length ? text : `${headOf(text, length - MARK.length)}${MARK}`;

/** At most `length` characters: the beginning and the end of the text, with `…` between them if something is missing. */
export function truncateMiddle(text: string, length: number): string {
  if (text.length <= length) return text;
  const kept = length - MARK.length;
  const atStart = Math.ceil(kept / 2);
  return `${headOf(text, atStart)}${MARK}${tailOf(text, kept - atStart)}`;
}
