/** True for text that fits on one line as it is: not empty, no space at either end, no control characters or line breaks. */
export const isOneLine = (text: string): boolean =>
  text !== '' && text === text.trim() && !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(text);

/** Text from a plan made safe for one line of a terminal or a file: no line breaks, no escape sequences, no half characters. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
}
