// The stage that answers a call from earlier answers, so that the agent need not be called: those of the run that this one is a
// fork of, or those in the cache. A call that wants neither passes through without a hash and without a request to the server.
import { defined } from '../../domain/json/defined.js';
import type { Context } from '@temporalio/activity';
import { type CallReply } from '../../domain/call/request.js';
import { NO_USAGE } from '../../domain/call/usage.js';
import { durationMs } from '../../domain/duration.js';
import type { ReuseSource } from '../../domain/call/reuse.js';
import type { GuardedCall } from '../call-agent/guarded-call.js';
import type { ReadReferences } from '../read-references.js';
import { AgentError } from '../errors/agent-error.js';
import { messageOf } from '../errors/truncate-error.js';
import { keepReply, lookUpReply, type CacheEntry } from './reply-cache.js';
import { cacheKey, fingerprint } from './fingerprint.js';
import type { FindPastRuns, PastRuns } from './find-past-runs.js';
import { isUndoing, suffixOf } from './past-run.js';

type RecalledCall = Pick<GuardedCall, 'activity' | 'request' | 'agent' | 'log'>;

/** A stage of `callAgent`. */
export type Recall = (call: RecalledCall, next: () => Promise<CallReply>) => Promise<CallReply>;

export const createRecall =
  (findPastRuns: FindPastRuns, read: ReadReferences): Recall =>
  (call, next) => {
    const { activity, request, agent } = call;
    const cacheMs = request.cacheMs ?? (agent.cache === undefined ? undefined : durationMs(agent.cache.ttl));
    if (request.reuse === undefined && cacheMs === undefined) return next();
    const suffix = suffixOf(activity.info.activityId);
    // A compensation is always made: one of the old run undid only the work of the old run.
    return isUndoing(suffix) ? next() : recall({ findPastRuns, read }, { ...call, suffix, cacheMs }, next);
  };

interface LookUp extends RecalledCall {
  readonly suffix: string;
  /** Absent if the cache is not used. */
  readonly cacheMs: number | undefined;
}

interface Sources {
  readonly findPastRuns: FindPastRuns;
  readonly read: ReadReferences;
}

async function recall(
  { findPastRuns, read }: Sources,
  lookUp: LookUp,
  next: () => Promise<CallReply>,
): Promise<CallReply> {
  const { activity, request, agent, suffix, cacheMs } = lookUp;
  const { version } = agent;
  const identity = { agent: agent.type, version, input: request.input };
  if (request.reuse !== undefined) {
    const { replies } = await readPastRuns(findPastRuns, activity, request.reuse);
    const reply = replies.get(fingerprint({ ...identity, task: request.task, suffix }));
    // The value itself, so that it is stored again for this run: a sweep may remove what only old runs refer to.
    if (reply !== undefined) return recalledReply(await read(reply.output), 'reused', version);
    if (request.onlyRecall === true) throw new AgentError('not in the old run', { type: 'NotRemembered' });
  }
  if (cacheMs === undefined) return await next();
  const { taskQueue } = activity.info;
  const entry = { agent: agent.type, key: cacheKey({ ...identity, taskQueue }), ttlMs: cacheMs };
  return await answerThroughCache(lookUp, entry, next);
}

async function readPastRuns(findPastRuns: FindPastRuns, { client }: Context, place: ReuseSource): Promise<PastRuns> {
  try {
    return await findPastRuns(client, place);
  } catch (error) {
    const message = `could not read what run ${place.run} did: ${messageOf(error)}`;
    throw new AgentError(message, { type: 'Unreachable', cause: error });
  }
}

const recalledReply = (output: unknown, origin: NonNullable<CallReply['origin']>, version?: string): CallReply => ({
  output,
  attempts: 0,
  usage: NO_USAGE,
  origin,
  ...defined({ version }),
});

/** If the cache fails, the agent is called: a broken cache never fails a call. */
async function answerThroughCache(
  { activity, request, agent, log }: RecalledCall,
  entry: CacheEntry,
  next: () => Promise<CallReply>,
): Promise<CallReply> {
  const warn = (what: string) => (error: unknown) => log.warn(`could not ${what} the cache: ${messageOf(error)}`);
  const isRefresh = request.anew === true;
  const found = isRefresh ? undefined : await lookUpReply(activity, entry).catch(warn('read'));
  if (found?.reply !== undefined) return recalledReply(found.reply.output, 'cached', agent.version);
  const reply = await next();
  const replace = isRefresh || found?.isOld === true;
  await keepReply(activity, entry, { output: reply.output, replace }).catch(warn('write'));
  return reply;
}
