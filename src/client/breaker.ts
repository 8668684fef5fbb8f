// A handle on one circuit breaker: reads its status, forces it open or closed, resets it.
import type { Client } from '@temporalio/client';
import type { Agent } from '../domain/agent/agent.js';
import { createCircuit, viewOf } from '../domain/breaker/coordinator.js';
import {
  BREAKER_MESSAGES,
  breakerId,
  CIRCUIT_BREAKER,
  type BreakerTerms,
  type BreakerTurn,
  type BreakerView,
} from '../domain/breaker/messages.js';
import { durationMs } from '../domain/duration.js';
import type { GuardAddress } from '../domain/guard-address.js';
import { shown } from '../domain/problem.js';
import { ANSWER_WITHIN_MS } from '../temporal/ask-worker.js';
import { countPollers } from '../temporal/pollers.js';
import { executeUpdateWithStart } from '../temporal/update-with-start.js';
import { NoWorkerError, RefusedError } from './errors.js';
import { askGuard, locateGuard, type GuardKind, type LocatedGuard } from './guard-workflow.js';

export const BREAKERS: GuardKind = { workflowType: CIRCUIT_BREAKER, noun: 'a circuit breaker', idOf: breakerId };

export interface BreakerHandleOptions {
  readonly place: GuardAddress;
  /** Whether a breaker of another project may be meant. */
  readonly isAnywhere: boolean;
  /** The agent, if the configuration has it. */
  readonly agent?: Pick<Agent, 'breaker'> | undefined;
  /** `did you mean "…"?`, if another agent has a similar name. */
  readonly hint?: string | undefined;
}

export interface BreakerStatus extends BreakerView {
  /** The project that shares it, or the Task Queue that its agent names, if it names one. */
  readonly project: string;
  /** The Task Queue of its Workflow. */
  readonly taskQueue: string;
}

export class BreakerHandle {
  private readonly terms: BreakerTerms | undefined;

  constructor(
    private readonly client: Client,
    readonly agent: string,
    private readonly about: BreakerHandleOptions,
  ) {
    const settings = about.agent?.breaker;
    // `since: 0`: the settings of any worker take precedence over those of the caller's configuration.
    this.terms = settings === undefined ? undefined : { settings, since: 0 };
  }

  get project(): string {
    return this.about.place.scope;
  }

  get taskQueue(): string {
    return this.about.place.taskQueue;
  }

  /** A breaker that no worker uses now is closed and has no workers. Throws RefusedError, NoWorkerError. */
  async status(): Promise<BreakerStatus> {
    const located = await this.locate();
    const workflow = this.client.workflow.getHandle(located.workflowId);
    const view = located.isRunning
      ? await askGuard(this.client, BREAKERS, located, () =>
          workflow.query<BreakerView, [number]>(BREAKER_MESSAGES.view, Date.now()),
        )
      : viewOf(createCircuit(this.agent, this.knownTerms(), Date.now()), Date.now());
    return toStatus(view, located);
  }

  /** Lets no call through until it is closed or reset. With `during` (`10m`), calls may try again after that time. */
  forceOpen(during?: string): Promise<BreakerStatus> {
    return this.turn(during === undefined ? { to: 'forced-open' } : { to: 'open', openMs: durationMs(during) });
  }

  /** Lets every call through, whether calls fail or not, until it is opened or reset. */
  forceClosed(): Promise<BreakerStatus> {
    return this.turn({ to: 'forced-closed' });
  }

  /** Closes it, clears its record of calls, and returns it to automatic operation. */
  reset(): Promise<BreakerStatus> {
    return this.turn({ to: 'closed' });
  }

  private async turn(message: BreakerTurn): Promise<BreakerStatus> {
    const located = await this.locate();
    const { place, workflowId, isRunning } = located;
    const { taskQueue } = place;
    const terms = isRunning ? this.terms : this.knownTerms();
    // Without a worker the update would time out here, and yet take effect when a worker comes later.
    if ((await countPollers(this.client, taskQueue)) === 0) throw new NoWorkerError(taskQueue);
    const address = {
      workflowType: CIRCUIT_BREAKER,
      workflowId,
      taskQueue,
      input: { agent: this.agent, terms: terms ?? { settings: {}, since: 0 } },
      summary: `the circuit breaker of ${this.agent}`,
    };
    const update = { update: BREAKER_MESSAGES.turn, message, withinMs: ANSWER_WITHIN_MS };
    const view = await askGuard(this.client, BREAKERS, located, () =>
      executeUpdateWithStart(this.client, address, update),
    );
    return toStatus(view as BreakerView, located);
  }

  private knownTerms(): BreakerTerms {
    if (this.terms !== undefined) return this.terms;
    const { agent, hint } = this.about;
    throw new RefusedError(
      agent === undefined
        ? `there is no circuit breaker of an agent ${shown(this.agent)} in the project ${shown(this.project)}, and no such agent is configured${hint === undefined ? '' : `; ${hint}`}`
        : `agent ${shown(this.agent)} has no circuit breaker: its settings have no "breaker"`,
    );
  }

  private locate(): Promise<LocatedGuard> {
    const { place, isAnywhere } = this.about;
    return locateGuard(this.client, BREAKERS, { name: this.agent, place, isAnywhere });
  }
}

const toStatus = (view: BreakerView, { place: { scope, taskQueue } }: LocatedGuard): BreakerStatus => ({
  ...view,
  project: scope,
  taskQueue,
});
