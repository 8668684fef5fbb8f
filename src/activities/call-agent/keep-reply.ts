// The stage that stores a large reply outside the server while the call still sends heartbeats. The SDK stores the result of an
// activity after it has ended, and if that fails, the reply is lost and the agent is called again. Here storing is tried until it
// succeeds or the call is cancelled; the SDK then finds that the reply is stored.
import { setTimeout } from 'node:timers/promises';
import type { Info } from '@temporalio/activity';
import type { CallReply } from '../../domain/call/request.js';
import { fullJitterMs } from '../../domain/call/retry.js';
import { messageOf } from '../errors/truncate-error.js';
import { cancelReason } from './run-in-time.js';
import type { Stage } from './stage.js';

/** Rejects if the storage cannot be used. Resolves immediately if the reply is small. */
export type StoreReply = (reply: CallReply, activity: Info) => Promise<void>;

const PAUSES = { attempts: Infinity, initialMs: 500, factor: 2, maxMs: 10_000 };

export const keepReply =
  (store: StoreReply | undefined): Stage =>
  async ({ activity, agent, log }, next) => {
    const reply = await next();
    if (store === undefined) return reply;
    const { cancellationSignal: signal } = activity;
    for (let tries = 1; ; tries++) {
      try {
        await store(reply, activity.info);
        return reply;
      } catch (error) {
        if (tries === 1) log.warn(`the answer waits until it can be stored: ${messageOf(error)}`);
        await setTimeout(PAUSES.initialMs + fullJitterMs(PAUSES, tries, 0.5), undefined, { signal }).catch(
          () => undefined,
        );
        if (signal.aborted) throw cancelReason(JSON.stringify(agent.type), activity);
      }
    }
  };
