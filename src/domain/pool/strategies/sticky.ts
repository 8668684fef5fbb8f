// The same key goes to the same resource. Each resource has a score for each key, and the highest score wins. When a resource leaves,
// only its keys move, and they spread over all others. Source: D. Thaler and C. Ravishankar, "Using name-based mappings to increase hit
// rates", 1998; with weights, J. Resch, 2015. No resource takes more than a quarter above its share of the calls in
// progress; calls beyond that go to the next score. Source: V. Mirrokni, M. Thorup, M. Zadimoghaddam, "Consistent hashing with bounded loads", 2016.
import type { Candidate, Strategy } from './strategy.js';

const ABOVE_SHARE = 1.25;

export const sticky: Strategy = (candidates, { key = '' }) => {
  const inUse = candidates.reduce((sum, one) => sum + one.inUse, 0) + 1;
  const weights = candidates.reduce((sum, { weight }) => sum + weight, 0);
  const hasRoom = (one: Candidate) => one.inUse < Math.ceil((ABOVE_SHARE * inUse * one.weight) / weights);
  let best: { readonly one: (typeof candidates)[number]; readonly score: number } | undefined;
  for (const one of candidates.filter(hasRoom)) {
    const score = -one.weight / Math.log(chanceOf(`${key}\n${one.id}`));
    if (best === undefined || score > best.score) best = { one, score };
  }
  // One always has room: not all resources can be above their share.
  return best!.one;
};

/** A number in (0, 1), the same on every machine: FNV-1a, mixed as in MurmurHash3. */
function chanceOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (((hash ^ (hash >>> 16)) >>> 0) + 0.5) / 2 ** 32;
}
