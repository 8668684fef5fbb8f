// Numbers and names, as the report writes them. Names come from the reviewed repository: they may hold anything.
const NUMBER = new Intl.NumberFormat('en');
const BYTES = new Intl.NumberFormat('en', {
  style: 'unit',
  unit: 'byte',
  notation: 'compact',
  unitDisplay: 'narrow',
  maximumFractionDigits: 1,
});

export const number = (value: number): string => NUMBER.format(value);
export const bytes = (value: number): string => BYTES.format(value);

/** `1 file`, `2 files`, `no files`. */
export const count = (value: number, one: string, many = `${one}s`): string =>
  value === 0 ? `no ${many}` : `${number(value)} ${value === 1 ? one : many}`;

/** One line without what a terminal or a table would take for a command. */
const plain = (text: string): string => text.replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ').trim();

/** Text that means itself in Markdown. */
export const words = (text: string): string =>
  plain(text)
    .replaceAll('`', "'")
    .replace(/[\\*[\]<>|]/g, '\\$&');

/** A name of the reviewed code. */
export function code(text: string): string {
  const shown = plain(text).replaceAll('|', '¦');
  const fence = shown.includes('`') ? '``' : '`';
  return fence === '`' ? `\`${shown}\`` : `\`\` ${shown} \`\``;
}

export const place = (path: string, line: number): string => code(`${path}:${line}`);
