// Escapes text for GitHub's Markdown, which the Temporal Web UI shows.
import { truncateEnd } from './truncate.js';
import { visibleLine } from './visible.js';

const MAX_CELL = 120;

/** Text for a table cell: one line, cut if long, with the characters escaped that are hidden or mean something in Markdown. */
export function escapeMarkdown(text: string): string {
  return truncateEnd(visibleLine(text), MAX_CELL).replace(/[\\`*_~[\]|<>]/g, (sign) => `\\${sign}`);
}
