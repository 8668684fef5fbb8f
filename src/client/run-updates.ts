// Sends updates to one run, once it is known that the run is in progress and has a worker.
import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { shown } from '../domain/problem.js';
import { ORCHESTRATE } from '../domain/run/input.js';
import { MESSAGES, type EventReceipt, type SentEvent, type SignalledEvent } from '../domain/run/messages.js';
import { ANSWER_WITHIN_MS } from '../temporal/ask-worker.js';
import { isUnknownUpdate } from '../temporal/dropped-update.js';
import { countPollers } from '../temporal/pollers.js';
import { sendUpdate } from '../temporal/send-update.js';
import { NoWorkerError, RefusedError } from './errors.js';
import { checkEvent, untilStarted, updateError, type EventDelivery, type EventOptions } from './messages.js';
import { isOpen, type WhichRun } from './which-run.js';

export class RunUpdates {
  private seen: { readonly description: WorkflowExecutionDescription; readonly at: number } | undefined;

  constructor(
    private readonly client: Client,
    private readonly id: string,
    private readonly which: WhichRun,
  ) {}

  /** Throws RunNotFoundError, NoWorkerError, WorkerBusyError; RefusedError if the run has ended or refuses it. */
  async send<T = void>(name: string, message?: unknown, { id, sameForMs }: EventOptions = {}): Promise<T> {
    const description = this.seenWithin(sameForMs) ?? (await this.look(id));
    const send = () => {
      const until = Date.now() + ANSWER_WITHIN_MS;
      return this.which.ask(description, () => sendUpdate<T>(this.which.workflow, { name, message, id, until }));
    };
    try {
      return await untilStarted(send);
    } catch (error) {
      throw updateError(this.id, error);
    }
  }

  /** Throws as `send` does; InvalidInputError if the event cannot be sent. */
  async sendEvent(event: SentEvent, options: EventOptions): Promise<EventDelivery> {
    checkEvent(event);
    try {
      const receipt = await this.send<EventReceipt>(MESSAGES.sendEvent, event, options);
      if (receipt.event === event.name) return receipt;
      throw new RefusedError(
        `id ${shown(event.id)}: run ${this.id} has received another event under it, ${shown(receipt.event)}`,
      );
    } catch (error) {
      if (!(error instanceof RefusedError) || !isUnknownUpdate(error.cause)) throw error;
      return await this.signalEvent(event);
    }
  }

  /** For a run on an older worker, which cannot refuse an event. */
  private async signalEvent({ name, data, id }: SentEvent): Promise<EventDelivery> {
    if ((await this.which.describe()).type !== ORCHESTRATE) throw new RefusedError(`${this.id} is not a run of Baton`);
    const older = `the worker of run ${this.id} is older than this client`;
    if (id !== undefined)
      throw new RefusedError(
        `id: ${older}, and would receive an event twice that is sent twice; send it without an id, or update the worker`,
      );
    await this.which.workflow.signal<[SignalledEvent]>(MESSAGES.deliverEvent, { name, data });
    return { event: name, state: 'sent', tasks: [] };
  }

  private seenWithin(ms = 0): WorkflowExecutionDescription | undefined {
    return this.seen !== undefined && Date.now() - this.seen.at < ms ? this.seen.description : undefined;
  }

  private async look(updateId: string | undefined): Promise<WorkflowExecutionDescription> {
    this.seen = undefined;
    // The server still knows the answer to an update that an ended run has received under the same id.
    const description = await (updateId === undefined ? this.which.describeOpen() : this.which.describe());
    // Without a worker the update would time out here, and yet be delivered if a worker comes soon after.
    if (isOpen(description) && (await countPollers(this.client, description.taskQueue)) === 0)
      throw new NoWorkerError(description.taskQueue);
    this.seen = { description, at: Date.now() };
    return description;
  }
}
