// Carries out what an event causes, by the client. Each may be repeated: a run is started once, and receives an event once.
import { LRUCache } from 'lru-cache';
import type { Baton } from '../client.js';
import { RefusedError, RunNotFoundError } from '../client/errors.js';
import type { RunHandle } from '../client/run-handle.js';
import { EventError, type CloudEvent } from '../domain/event/cloud-event.js';
import type { Effect } from '../domain/event/decide.js';
import type { Mail } from '../domain/event/mailbox.js';
import type { SubscriptionSettings } from '../domain/event/subscription.js';
import type { Plan } from '../domain/plan/plan.js';
import { eventCorrelation } from '../domain/event/correlation.js';
import { eventKey } from './event-key.js';

export interface Subscription {
  readonly settings: SubscriptionSettings;
  /** The plan of `start`, which is valid. */
  readonly plan?: Plan;
}

/** `started`: a new run. `attached`: the run of this id existed. `kept`: for a run that does not exist yet. */
export type Outcome = 'skipped' | 'started' | 'attached' | 'delivered' | 'kept';

export interface Done {
  readonly outcome: Outcome;
  /** The run that was started, or that gets the event. */
  readonly run?: string;
}

/** Keeps events for runs that do not exist yet. */
export interface Mailboxes {
  /** True while events for the run are kept: a later one must not overtake them. */
  hasMail(this: void, run: string): Promise<boolean>;
  /** Resolves when Temporal has accepted the event. Throws an EventError if there is no room. */
  keep(this: void, run: string, mail: Mail): Promise<void>;
}

export type Act = (event: CloudEvent, effect: Effect) => Promise<Done>;

/** A call that is not answered within this time has failed, and is repeated. */
const ANSWER_WITHIN_MS = 30_000;

/**
 * A run that has received an event needs no look at itself, its workers and its mailbox for the next one, for this long. Its mailbox stays empty:
 * only events for a run that does not exist are kept.
 */
const SAME_FOR_MS = 5_000;
const MOST_RUNS = 10_000;

/** Throws an EventError, what `start` and `deliverEvent` throw, and errors of the server. */
export function createAct(baton: Baton, { settings, plan }: Subscription, mailboxes: Mailboxes): Act {
  const { name } = settings;
  const prepare = plan === undefined ? undefined : baton.preparePlan(plan);

  const start = async (event: CloudEvent, effect: Effect & { do: 'start' }): Promise<Done> => {
    const id = effect.run ?? eventKey(name, event);
    if (id === undefined) throw new EventError(NO_ID);
    const { onConflict } = effect;
    // A run that an earlier delivery of this event has started, or queued, is found by the ticket.
    const ticket = onConflict === 'attach' ? undefined : eventKey(name, event);
    const { run, isNew } = await baton.startPrepared(prepare!(effect.input), {
      id,
      byIdAlone: true,
      onConflict,
      ticket,
      ...eventCorrelation(event),
    });
    return { outcome: isNew ? 'started' : 'attached', run: run.id };
  };

  const receivers = new LRUCache<string, RunHandle>({ max: MOST_RUNS, ttl: SAME_FOR_MS });

  const deliver = async (event: CloudEvent, effect: Effect & { do: 'deliver' }): Promise<Done> => {
    const { run, event: eventName, data } = effect;
    const id = eventKey(name, event);
    const under = id === undefined ? {} : { id };
    const receiver = receivers.get(run);
    // Whatever fails, the next attempt looks again.
    receivers.delete(run);
    // Throws if it is not the id of a run.
    const handle = receiver ?? baton.run(run);
    if (receiver !== undefined || !(await mailboxes.hasMail(run))) {
      try {
        await handle.deliverEvent(eventName, data, { ...under, sameForMs: SAME_FOR_MS });
        receivers.set(run, handle);
        return { outcome: 'delivered', run };
      } catch (error) {
        // Without a look, a run that has been deleted is taken for one that has ended.
        if (receiver !== undefined && error instanceof RefusedError) return await deliver(event, effect);
        if (!(error instanceof RunNotFoundError)) throw error;
      }
    }
    await mailboxes.keep(run, { subscription: name, event: eventName, data, ...under });
    return { outcome: 'kept', run };
  };

  return (event, effect) =>
    baton.client.withDeadline(Date.now() + ANSWER_WITHIN_MS, async () => {
      switch (effect.do) {
        case 'nothing':
          return { outcome: 'skipped' };
        case 'start':
          return await start(event, effect);
        case 'deliver':
          return await deliver(event, effect);
      }
    });
}

const NO_ID =
  'event: expected an id, because the subscription has no "run", got a message without one: set the message-id when you publish, or "start.run" in the subscription';
