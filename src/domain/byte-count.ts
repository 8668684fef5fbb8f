// Numbers of bytes. People write them with a unit (`4MB`, `128KiB`); code calculates with bytes.
import { z } from 'zod';
import { shown } from './problem.js';

const UNITS: Readonly<Record<string, number>> = {
  GiB: 1024 ** 3,
  GB: 1e9,
  MiB: 1024 ** 2,
  MB: 1e6,
  KiB: 1024,
  kB: 1000,
  KB: 1000,
  B: 1,
};
const BYTE_COUNT = /^(\d+(?:\.\d+)?) ?(GiB|GB|MiB|MB|KiB|kB|KB|B)$/;

/** `'4MB'`, `'512 KiB'`, at least one byte. */
export const ByteCount = z
  .string()
  .refine((text) => (parseByteCount(text) ?? 0) >= 1, 'expected a number of bytes such as "4MB" or "512KiB"');

/** Parses `'128KiB'`, `'1.5 MiB'`, `'64kB'` to bytes; `undefined` if it is not a number of bytes with a unit. */
export function parseByteCount(text: string): number | undefined {
  const [, amount, unit] = BYTE_COUNT.exec(text) ?? [];
  return unit === undefined ? undefined : Math.floor(Number(amount) * UNITS[unit]!);
}

/** Bytes of a text that a schema has already accepted. Throws a RangeError for any other text. */
export function byteCount(text: string): number {
  const bytes = parseByteCount(text);
  if (bytes === undefined) throw new RangeError(`expected a number of bytes such as "4MB", got ${shown(text)}`);
  return bytes;
}

/** Formats bytes for people: `312 B`, `4.0 KiB`, `51 MiB`. */
export function formatByteCount(bytes: number): string {
  const [unit, size] = (['GiB', 'MiB', 'KiB'] as const)
    .map((name) => [name, UNITS[name]!] as const)
    .find(([, size]) => bytes >= size) ?? ['B', 1];
  const amount = bytes / size;
  return `${size === 1 || amount >= 10 ? Math.round(amount) : amount.toFixed(1)} ${unit}`;
}
