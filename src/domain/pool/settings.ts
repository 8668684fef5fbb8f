// The settings of a pool in a configuration, and the policy that the pool runs with.
import { defined } from '../json/defined.js';
import { z } from 'zod';
import { Duration, durationMs } from '../duration.js';
import { HealthCheck } from '../health-check.js';
import { HttpUrl } from '../http-url.js';
import { shown } from '../problem.js';
import { STRATEGIES } from './strategies/index.js';

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
const Name = z.string().regex(NAME, 'expected letters, digits, ".", "_" or "-", at most 100');

/** A Workflow could not grant more leases in time. */
export const MAX_CAPACITY = 100_000;

export const ResourceSettings = z.strictObject({
  id: Name,
  /** The origin for calls of `http` and `llm` agents, in place of their own. */
  endpoint: HttpUrl.optional(),
  /** Calls at the same time. */
  capacity: z.int().min(1).max(MAX_CAPACITY),
  /** Its share with the strategy `weighted` or `sticky`; default 1. */
  weight: z.number().positive().max(1_000_000).optional(),
  labels: z.record(z.string(), z.string()).optional(),
  health: HealthCheck.optional(),
});
export type ResourceSettings = z.infer<typeof ResourceSettings>;

const MIN_TTL_MS = 1_000;
const MAX_RESOURCES = 500;

/** A rate limit in tokens. The number of calls is limited by the agent's own `rateLimit`. */
const PoolRate = z.strictObject({
  limit: z.number().positive(),
  per: Duration,
  unit: z.literal('tokens'),
});

export const PoolSettings = z
  .strictObject({
    name: Name,
    resources: z.array(ResourceSettings).min(1).max(MAX_RESOURCES),
    strategy: z.enum(STRATEGIES).optional(),
    /** How long the leases of a worker that has died stay taken; default 10s. */
    ttl: Duration.optional(),
    rateLimit: PoolRate.optional(),
    /** The Task Queue whose workers run the pool's Workflow; default that of the project. */
    taskQueue: z.string().min(1).max(200).optional(),
  })
  .superRefine(({ resources, ttl }, context) => {
    const ids = resources.map(({ id }) => id);
    ids.forEach((id, index) => {
      if (ids.indexOf(id) === index) return;
      const message = `expected an id that no other resource has, got ${shown(id)} again`;
      context.addIssue({ code: 'custom', path: ['resources', index, 'id'], message });
    });
    if (ttl !== undefined && durationMs(ttl) < MIN_TTL_MS) {
      context.addIssue({ code: 'custom', path: ['ttl'], message: `expected at least 1s, got ${shown(ttl)}` });
    }
  });
export type PoolSettings = z.infer<typeof PoolSettings>;

/** A resource as data, with all defaults applied: part of messages and histories. */
export interface ResourceFacts {
  readonly id: string;
  readonly endpoint?: string;
  readonly capacity: number;
  readonly weight: number;
  readonly labels: Readonly<Record<string, string>>;
}

/** What a call learns about its resource. */
export type LeasedResource = Pick<ResourceFacts, 'id' | 'endpoint' | 'labels'>;

export interface PoolPolicy {
  readonly strategy: (typeof STRATEGIES)[number];
  readonly ttlMs: number;
  readonly rate?: { readonly limit: number; readonly perMs: number };
  readonly resources: readonly ResourceFacts[];
}

const DEFAULT_TTL = '10s';

export const poolPolicy = ({ resources, strategy, ttl, rateLimit }: PoolSettings): PoolPolicy => ({
  strategy: strategy ?? 'least-loaded',
  ttlMs: durationMs(ttl ?? DEFAULT_TTL),
  ...(rateLimit === undefined ? {} : { rate: { limit: rateLimit.limit, perMs: durationMs(rateLimit.per) } }),
  resources: resources.map(resourceFacts),
});

export const resourceFacts = ({ id, endpoint, capacity, weight, labels }: ResourceSettings): ResourceFacts => ({
  id,
  ...defined({ endpoint }),
  capacity,
  weight: weight ?? 1,
  labels: labels ?? {},
});
