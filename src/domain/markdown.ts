// Text of others within GitHub's markdown, as the Temporal Web UI shows it.
const MAX_CELL = 120;

/** One line, and no character that ends a cell or means something in markdown. */
export function escapeMarkdown(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const shown = line.length > MAX_CELL ? `${line.slice(0, MAX_CELL - 1)}…` : line;
  return shown.replace(/[\\`*_~[\]|<>]/g, (sign) => `\\${sign}`);
}
