/** Text from a plan made safe for one line of a terminal or a file: no line breaks, no escape sequences, no half characters. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
}
