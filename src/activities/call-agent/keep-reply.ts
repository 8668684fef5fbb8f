// The stage that stores a large reply outside the server while the call still sends heartbeats. The SDK stores the result of an
// activity after it has ended, and if that fails, the reply is lost and the agent is called again. Here storing is tried until it
// succeeds or the call is cancelled; the SDK then finds that the reply is stored. If the run passes outputs on unopened, the output
// itself is stored, and the reply has a reference to it.
import { setTimeout } from 'node:timers/promises';
import type { Info } from '@temporalio/activity';
import type { CallReply } from '../../domain/call/request.js';
import type { ValueReference } from '../../domain/json/value-reference.js';
import { fullJitterMs } from '../../domain/call/retry.js';
import { messageOf } from '../errors/truncate-error.js';
import { cancelReason } from './run-in-time.js';
import type { AgentCall, Stage } from './stage.js';

/** Rejects if the storage cannot be used. Resolves immediately if the reply is small. */
export type StoreReply = (reply: CallReply, activity: Info) => Promise<void>;

/**
 * Stores an output, and returns a reference to it; `undefined` if it is small. `json`: its JSON, if that is known. Rejects if the storage
 * cannot be used.
 */
export type StoreOutput = (output: unknown, activity: Info, json?: Uint8Array) => Promise<ValueReference | undefined>;

export interface ReplyStorage {
  readonly storeReply?: StoreReply;
  readonly storeOutput?: StoreOutput;
}

const PAUSES = { attempts: Infinity, initialMs: 500, factor: 2, maxMs: 10_000 };

export const keepReply =
  (storage: ReplyStorage): Stage =>
  async (call, next) => {
    const reply = await next();
    const { activity, agent, log } = call;
    const { cancellationSignal: signal } = activity;
    for (let tries = 1; ; tries++) {
      try {
        return await store(storage, reply, call);
      } catch (error) {
        if (tries === 1) log.warn(`the answer waits until it can be stored: ${messageOf(error)}`);
        await setTimeout(PAUSES.initialMs + fullJitterMs(PAUSES, tries, 0.5), undefined, { signal }).catch(
          () => undefined,
        );
        if (signal.aborted) throw cancelReason(JSON.stringify(agent.type), activity);
      }
    }
  };

async function store(
  { storeReply, storeOutput }: ReplyStorage,
  reply: CallReply,
  { activity: { info }, request, encoded }: AgentCall,
): Promise<CallReply> {
  const { output } = reply;
  const json = encoded?.output === output ? encoded?.json : undefined;
  const reference = request.byReference === true ? await storeOutput?.(output, info, json) : undefined;
  if (reference !== undefined) return { ...reply, output: reference };
  await storeReply?.(reply, info);
  return reply;
}
