// A handle on one pool: reads its status, and changes its resources while it is running.
import type { Client } from '@temporalio/client';
import type { GuardAddress } from '../domain/guard-address.js';
import type { PoolChange } from '../domain/pool/coordinator/alter.js';
import { createPool } from '../domain/pool/coordinator/state.js';
import { POOL_MESSAGES, poolWorkflowId, RESOURCE_POOL, type Alteration } from '../domain/pool/protocol.js';
import { poolPolicy, resourceFacts, type PoolSettings, type ResourceSettings } from '../domain/pool/settings.js';
import { poolStatus, type PoolStatus } from '../domain/pool/coordinator/status.js';
import { parseResource } from '../domain/pool/definition.js';
import { executeUpdateWithStart } from '../temporal/update-with-start.js';
import { ANSWER_WITHIN_MS } from '../temporal/ask-worker.js';
import { RefusedError } from './errors.js';
import { askGuard, locateGuard, type GuardKind, type LocatedGuard } from './guard-workflow.js';

const POOLS: GuardKind = { workflowType: RESOURCE_POOL, noun: 'a pool', idOf: poolWorkflowId };

/** The settings of any worker are newer than the client's. */
const CLIENT_CONFIG = { hash: '', since: 0 };

export interface PoolHandleOptions {
  readonly name: string;
  /** Absent if the caller does not know them: only the status of a running pool can be read then. */
  readonly settings: PoolSettings | undefined;
  readonly place: GuardAddress;
  /** Whether a pool of another project may be meant. */
  readonly isAnywhere: boolean;
  /** `did you mean "…"?`, if another pool has a similar name. */
  readonly hint?: string | undefined;
}

export class PoolHandle {
  readonly name: string;

  constructor(
    private readonly client: Client,
    private readonly about: PoolHandleOptions,
  ) {
    this.name = about.name;
  }

  /** Throws RefusedError, NoWorkerError. */
  async status(): Promise<PoolStatus> {
    const located = await this.locate();
    if (!located.isRunning) return poolStatus(this.name, createPool(this.policy(), CLIENT_CONFIG, Date.now()), false);
    const workflow = this.client.workflow.getHandle(located.workflowId);
    return await askGuard(this.client, POOLS, located, () => workflow.query<PoolStatus>(POOL_MESSAGES.status));
  }

  /**
   * Adds a resource, or changes the resource that has this id; a drained one is used again. Throws PoolDefinitionError,
   * RefusedError, NoWorkerError.
   */
  async add(resource: ResourceSettings): Promise<PoolChange> {
    return await this.alter({ do: 'add', resource: resourceFacts(parseResource(this.name, resource)) });
  }

  /** Starts no new calls on it; calls in progress end. Throws RefusedError, NoWorkerError. */
  async drain(id: string): Promise<PoolChange> {
    return await this.alter({ do: 'drain', id });
  }

  /** Drains it, and removes it when its last call has ended. Throws RefusedError, NoWorkerError. */
  async remove(id: string): Promise<PoolChange> {
    return await this.alter({ do: 'remove', id });
  }

  private async alter(message: Alteration): Promise<PoolChange> {
    const { name: pool, settings } = this.about;
    const located = await this.locate();
    const { workflowId, place, isRunning } = located;
    const input =
      isRunning && settings === undefined ? undefined : { pool, policy: this.policy(), config: CLIENT_CONFIG };
    const address = {
      workflowId,
      taskQueue: place.taskQueue,
      workflowType: RESOURCE_POOL,
      summary: `the pool ${pool}`,
      input,
    };
    const update = { update: POOL_MESSAGES.alter, message, withinMs: ANSWER_WITHIN_MS };
    const change = await askGuard(this.client, POOLS, located, () =>
      executeUpdateWithStart(this.client, address, update),
    );
    return change as PoolChange;
  }

  private locate(): Promise<LocatedGuard> {
    const { name, place, isAnywhere } = this.about;
    return locateGuard(this.client, POOLS, { name, place, isAnywhere });
  }

  private policy() {
    const { settings, place, hint } = this.about;
    if (settings !== undefined) return poolPolicy(settings);
    const [pool, project] = [this.name, place.scope].map((text) => JSON.stringify(text));
    throw new RefusedError(
      `there is no pool ${pool} running in the project ${project}, and no pool of this name is configured${hint === undefined ? '' : `; ${hint}`}`,
    );
  }
}
