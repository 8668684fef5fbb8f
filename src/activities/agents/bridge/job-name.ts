// The name under which a call submits its job: the same for every attempt, so that a system recognizes a job that it has accepted.
import { createHash } from 'node:crypto';

/** Characters of the readable part. With the hash, a name has at most 80 characters, which every system accepts. */
const READABLE = 40;
const HASH_DIGITS = 32;

/**
 * `baton-RUN-TASK-HASH`, in letters, digits and "-". `round` is 1 for the first job of a call, 2 for the one that follows a job that
 * failed, and so on.
 */
export function jobName(idempotencyKey: string, round: number): string {
  const words = idempotencyKey.match(/[A-Za-z0-9]+/g) ?? [];
  const readable = words.join('-').slice(-READABLE).replace(/^-/, '');
  const hash = createHash('sha256').update(`${idempotencyKey}\n${round}`).digest('hex').slice(0, HASH_DIGITS);
  return `baton-${readable === '' ? '' : `${readable}-`}${hash}`;
}
