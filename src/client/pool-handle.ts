// One pool, from outside: look at it, alter it while it is at work.
import {
  QueryNotRegisteredError,
  ServiceError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  type Client,
} from '@temporalio/client';
import type { Altered } from '../domain/pool/alter.js';
import { createPool } from '../domain/pool/pool.js';
import { POOL_MESSAGES, poolWorkflowId, RESOURCE_POOL, type Alteration } from '../domain/pool/protocol.js';
import { poolPolicy, resourceFacts, type PoolSettings, type ResourceSettings } from '../domain/pool/settings.js';
import { poolStatus, type PoolStatus } from '../domain/pool/status.js';
import { parseResource } from '../guards/pool/definition.js';
import { exchange } from '../guards/entity.js';
import { NoWorker, Refused } from './errors.js';
import { pollersOf } from './pollers.js';

/** What nobody has answered by then finds no worker. */
const ANSWER_WITHIN_MS = 8_000;

/** Of whoever is no worker: the settings of any worker are newer. */
const NOBODYS = { hash: '', since: 0 };

export interface PoolPlace {
  readonly name: string;
  /** Absent where the caller does not know them: only a pool that is at work can be seen then. */
  readonly settings: PoolSettings | undefined;
  readonly taskQueue: string;
  /** What may have been meant. */
  readonly hint?: string | undefined;
}

export class PoolHandle {
  readonly name: string;
  private readonly workflowId: string;

  constructor(
    private readonly client: Client,
    private readonly place: PoolPlace,
  ) {
    this.name = place.name;
    this.workflowId = poolWorkflowId(place.taskQueue, place.name);
  }

  /** Throws Refused, NoWorker. */
  async status(): Promise<PoolStatus> {
    const workflow = this.client.workflow.getHandle(this.workflowId);
    return await this.answered(async () => {
      const found = await workflow.describe().catch((error: unknown) => {
        if (error instanceof WorkflowNotFoundError) return undefined;
        throw error;
      });
      if (found?.status.name === 'RUNNING') return await workflow.query<PoolStatus>(POOL_MESSAGES.status);
      const now = Date.now();
      return poolStatus(this.name, createPool(this.policy(), NOBODYS, now), false);
    });
  }

  /** Adds a resource, or alters the one of that id; one that drained is used again. Throws PoolDefinitionError, Refused, NoWorker. */
  async add(resource: ResourceSettings): Promise<Altered> {
    return await this.alter({ do: 'add', resource: resourceFacts(parseResource(this.name, resource)) });
  }

  /** No new calls on it; those under way end. Throws Refused, NoWorker. */
  async drain(id: string): Promise<Altered> {
    return await this.alter({ do: 'drain', id });
  }

  /** As `drain`; it goes when its last call has ended. Throws Refused, NoWorker. */
  async remove(id: string): Promise<Altered> {
    return await this.alter({ do: 'remove', id });
  }

  private async alter(message: Alteration): Promise<Altered> {
    const { name: pool, settings, taskQueue } = this.place;
    const about = { workflowId: this.workflowId, taskQueue, workflowType: RESOURCE_POOL, summary: `the pool ${pool}` };
    if (settings === undefined) await this.status();
    const input = settings === undefined ? undefined : { pool, policy: poolPolicy(settings), config: NOBODYS };
    const asked = { update: POOL_MESSAGES.alter, message, withinMs: ANSWER_WITHIN_MS };
    return (await this.answered(() => exchange(this.client, { ...about, input }, asked))) as Altered;
  }

  private policy() {
    const { settings, taskQueue, hint } = this.place;
    if (settings !== undefined) return poolPolicy(settings);
    const [pool, queue] = [this.name, taskQueue].map((text) => JSON.stringify(text));
    throw new Refused(
      `there is no pool ${pool} at work on the Task Queue ${queue}, and none of this name is configured${hint === undefined ? '' : `; ${hint}`}`,
    );
  }

  private async answered<T>(question: () => Promise<T>): Promise<T> {
    const { taskQueue } = this.place;
    try {
      return await this.client.withDeadline(Date.now() + ANSWER_WITHIN_MS, question);
    } catch (error) {
      if (error instanceof WorkflowUpdateFailedError) throw new Refused(error.cause?.message ?? error.message);
      if (error instanceof QueryNotRegisteredError) throw new Refused(`${this.workflowId} is no pool of Baton`);
      const isLate =
        error instanceof ServiceError ||
        (error instanceof Error && error.name === 'WorkflowUpdateRPCTimeoutOrCancelledError');
      if (isLate && (await pollersOf(this.client, taskQueue)) === 0) throw new NoWorker(taskQueue);
      throw error;
    }
  }
}
