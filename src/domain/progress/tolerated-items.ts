// How many items of a forEach may fail before the task does.
import type { Tolerate } from '../plan/plan.js';

export function toleratedItems(tolerate: Tolerate | undefined, total: number): number {
  if (typeof tolerate !== 'string') return tolerate ?? 0;
  // 0.57 × 10,000 is a little less than 5,700 to a computer.
  return Math.floor((total * Number(tolerate.slice(0, -1))) / 100 + 1e-9);
}
