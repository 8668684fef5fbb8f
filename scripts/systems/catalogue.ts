import { kafka } from './kafka.js';
import { prometheus } from './prometheus.js';
import { rabbitmq } from './rabbitmq.js';
import { redis } from './redis.js';
import type { System } from './system.js';

/** A new system is a file, and a line here. */
export const SYSTEMS: ReadonlyMap<string, System> = new Map(
  [redis, rabbitmq, kafka, prometheus].map((system) => [system.name, system]),
);
