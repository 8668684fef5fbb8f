/** A number in [0, 100) that depends on nothing but its arguments. */
export function roll(seed: number, ...parts: (string | number)[]): number {
  let hash = seed | 0;
  for (const char of parts.join('/')) hash = (Math.imul(hash, 31) + char.charCodeAt(0)) | 0;
  return Math.abs(hash) % 100;
}
