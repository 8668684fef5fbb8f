// Answers a call from what was answered before, so that the agent need not be asked: in the run that this one is a fork of, or
// in the cache. A call that wants neither passes through.
import type { Context } from '@temporalio/activity';
import type { Agent, AgentLog } from '../domain/agent.js';
import { NO_USAGE, type CallReply, type CallRequest } from '../domain/call.js';
import { durationMs } from '../domain/duration.js';
import type { ReusePlace } from '../domain/reuse.js';
import { AgentError } from './agent-error.js';
import { messageOf } from './bounded-error.js';
import { keepInCache, lookInCache, type CacheEntry, type CacheLook } from './cached-replies.js';
import { cacheKey, fingerprint } from './fingerprint.js';
import type { PastPlace, PastPlaces } from './past-places.js';
import { isUndoing, suffixOf } from './past-run.js';

export interface Asking {
  readonly activity: Context;
  readonly request: CallRequest;
  readonly agent: Agent;
  readonly log: AgentLog;
}

export type Recall = (asking: Asking, ask: () => Promise<CallReply>) => Promise<CallReply>;

export const createRecall =
  (places: PastPlaces): Recall =>
  (asking, ask) => {
    const { activity, request, agent } = asking;
    const cacheMs = request.cacheMs ?? (agent.cache === undefined ? undefined : durationMs(agent.cache.ttl));
    if (request.reuse === undefined && cacheMs === undefined) return ask();
    const suffix = suffixOf(activity.info.activityId);
    // What has been undone before is no reason not to undo.
    return isUndoing(suffix) ? ask() : recall(places, { ...asking, suffix, cacheMs }, ask);
  };

interface Wanted extends Asking {
  readonly suffix: string;
  /** Absent where the cache is not asked. */
  readonly cacheMs: number | undefined;
}

async function recall(places: PastPlaces, wanted: Wanted, ask: () => Promise<CallReply>): Promise<CallReply> {
  const { activity, request, agent, suffix, cacheMs } = wanted;
  const { version } = agent;
  const asked = { agent: agent.type, version, input: request.input };
  if (request.reuse !== undefined) {
    const { replies } = await placeOf(places, activity, request.reuse);
    const reply = replies.get(fingerprint({ ...asked, task: request.task, suffix }));
    if (reply !== undefined) return remembered(reply.output, 'reused', version);
    if (request.onlyRecall === true) throw new AgentError('not in the old run', { type: 'NotRemembered' });
  }
  if (cacheMs === undefined) return await ask();
  const { taskQueue } = activity.info;
  return await throughCache(wanted, { agent: agent.type, key: cacheKey({ ...asked, taskQueue }), ttlMs: cacheMs }, ask);
}

async function placeOf(places: PastPlaces, { client }: Context, place: ReusePlace): Promise<PastPlace> {
  try {
    return await places(client, place);
  } catch (error) {
    const message = `what run ${place.run} did could not be read: ${messageOf(error)}`;
    throw new AgentError(message, { type: 'Unreachable', cause: error });
  }
}

const remembered = (output: unknown, origin: NonNullable<CallReply['origin']>, version?: string): CallReply => ({
  output,
  attempts: 0,
  usage: NO_USAGE,
  origin,
  ...(version === undefined ? {} : { version }),
});

/** Trouble with the cache costs a call, and no more. */
async function throughCache(
  { activity, request, agent, log }: Asking,
  entry: CacheEntry,
  ask: () => Promise<CallReply>,
): Promise<CallReply> {
  const warn = (what: string) => (error: unknown) => log.warn(`the cache could not be ${what}: ${messageOf(error)}`);
  const replace = request.anew === true;
  const look: CacheLook | void = replace ? undefined : await lookInCache(activity, entry).catch(warn('read'));
  if (look?.reply !== undefined) return remembered(look.reply.output, 'cached', agent.version);
  const reply = await ask();
  await keepInCache(activity, entry, { output: reply.output, replace: replace || look?.isOld === true }).catch(
    warn('written'),
  );
  return reply;
}
