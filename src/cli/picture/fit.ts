// Measures and truncates text. All text in a picture has a monospaced font, so its width is known without a browser.
import stringWidth from 'string-width';

/** The width of a character relative to the font size, for the widest of the common monospaced fonts. */
const ADVANCE = 0.61;

export function textWidth(text: string, fontSize: number): number {
  return stringWidth(text) * fontSize * ADVANCE;
}

/** The text, truncated to `columns` columns with an ellipsis. */
export function fitText(text: string, columns: number): string {
  if (stringWidth(text) <= columns) return text;
  let cut = '';
  for (const { segment } of new Intl.Segmenter('en').segment(text)) {
    if (stringWidth(cut + segment) > columns - 1) break;
    cut += segment;
  }
  return `${cut.trimEnd()}…`;
}

/** As `fitText`, but truncated in the middle: ids tend to differ at their ends. */
export function fitId(id: string, columns: number): string {
  if (id.length <= columns) return id;
  const tail = Math.floor((columns - 1) / 2);
  return `${id.slice(0, columns - 1 - tail)}…${id.slice(id.length - tail)}`;
}
