import { airflow } from './airflow.js';
import { celery, celeryRabbitmq } from './celery.js';
import { kafka } from './kafka.js';
import { postgres } from './postgres.js';
import { prefect } from './prefect.js';
import { prometheus } from './prometheus.js';
import { rabbitmq } from './rabbitmq.js';
import { redis } from './redis.js';
import { localstack, stepFunctions } from './step-functions.js';
import { temporalCluster } from './temporal-cluster.js';
import type { System } from './system.js';

/** A new system is a file, and a line here. */
export const SYSTEMS: ReadonlyMap<string, System> = new Map(
  [
    redis,
    rabbitmq,
    kafka,
    prometheus,
    celery,
    celeryRabbitmq,
    prefect,
    airflow,
    stepFunctions,
    localstack,
    postgres,
    temporalCluster,
  ].map((system) => [system.name, system]),
);
