// Text that fits: everything in a picture is set in a monospaced font, so its width is known without a browser.
import stringWidth from 'string-width';

/** Of the font's size; the widest of the usual monospaced fonts. */
const ADVANCE = 0.61;

export function textWidth(text: string, fontSize: number): number {
  return stringWidth(text) * fontSize * ADVANCE;
}

/** The text, or as much of it as takes `columns` columns, with an ellipsis. */
export function fitText(text: string, columns: number): string {
  if (stringWidth(text) <= columns) return text;
  let cut = '';
  for (const { segment } of new Intl.Segmenter('en').segment(text)) {
    if (stringWidth(cut + segment) > columns - 1) break;
    cut += segment;
  }
  return `${cut.trimEnd()}…`;
}

/** As `fitText`, but an id is cut in its middle: its ends are what tells it from others. */
export function fitId(id: string, columns: number): string {
  if (id.length <= columns) return id;
  const tail = Math.floor((columns - 1) / 2);
  return `${id.slice(0, columns - 1 - tail)}…${id.slice(id.length - tail)}`;
}
