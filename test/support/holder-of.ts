// A worker's side of a pool, which a test drives.
import { takeAnswer } from '../../src/domain/pool/worker/receive.js';
import { createLeaseHolder, nextTurn, type LeaseHolder, type Turn } from '../../src/domain/pool/worker/leases.js';
import type { Grant, PoolNews, Want } from '../../src/domain/pool/protocol.js';

export const TTL_MS = 10_000;

export const holderOf = (more: { isMetered?: boolean; ttlMs?: number } = {}): LeaseHolder =>
  createLeaseHolder({ worker: 'w', ttlMs: TTL_MS, isMetered: false, ...more }, 's1');

export const priority = (urgency: number, more: Partial<Want> = {}): Want => ({ priority: urgency, ...more });

/** One lease of a resource, granted for a want. */
export const grant = (version: number, resource = 'a', want: Want = priority(3), count = 1): Grant => ({
  version,
  resource,
  want,
  count,
});

export const newsOf = (more: Partial<PoolNews> = {}): PoolNews => ({
  session: 's1',
  grants: [],
  giveBack: [],
  resources: {},
  isChecker: false,
  isOverruled: false,
  wantsPolicy: false,
  ...more,
});

/** Makes a turn, and hears this in answer to it. */
export function exchange(holder: LeaseHolder, news: Partial<PoolNews> = {}, now = 0): Turn {
  const turn = nextTurn(holder, now);
  takeAnswer(holder, turn, newsOf({ session: holder.session, ...news }), now, 's2');
  return turn;
}

/** Which call has which resource. */
export const held = ({ leases }: LeaseHolder): string[] =>
  leases.map(({ resource, call }) => `${resource.id}: ${call ?? 'free'}`);
