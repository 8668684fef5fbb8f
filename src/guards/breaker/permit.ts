// The circuit breakers of one worker: a mirror for each agent that declares a breaker.
import type { Client } from '@temporalio/client';
import { AgentError } from '../../activities/errors/agent-error.js';
import { failureTypeOf } from '../../activities/errors/classify.js';
import type { GuardedCall } from '../../activities/call-agent/guarded-call.js';
import type { Permit } from '../../activities/call-agent/permit.js';
import type { Agent, AgentLog } from '../../domain/agent/agent.js';
import { BREAKER_MESSAGES, breakerId, CIRCUIT_BREAKER, type BreakerView } from '../../domain/breaker/messages.js';
import type { CallRefusal } from '../../domain/breaker/mirror.js';
import { breakerPolicy, type BreakerSettings } from '../../domain/breaker/settings.js';
import type { CallOutcome } from '../../domain/breaker/state-machine.js';
import { blamesAgent } from '../../domain/failure.js';
import type { WorkerInbox } from '../worker-inbox.js';
import { executeUpdateWithStart, type PlaceOf } from '../../temporal/update-with-start.js';
import { BreakerMirror } from './mirror.js';

/** How long a report may take: on a busy machine an answer is slow. Calls do not wait this long. */
const REPORT_WITHIN_MS = 10_000;
/** Calls that wait for an open breaker come back spread over this share of the time that it opens for. */
const JITTER = 0.5;
const MIN_JITTER_MS = 500;
/** A call tries again at least this often: a person may close the breaker, and calls that wait on the server do not learn of it. */
const LONGEST_WAIT_MS = 60_000;

export interface BreakersDeps {
  readonly client: Client;
  readonly inbox: WorkerInbox;
  readonly log: AgentLog;
  readonly placeOf: PlaceOf;
  /** When this worker's settings were deployed, in milliseconds since 1970. */
  readonly since: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

export interface Breakers {
  readonly permit: Permit;
  close(): Promise<void>;
}

export function createBreakers(deps: BreakersDeps): Breakers {
  const mirrors = new Map<string, BreakerMirror>();
  const mirrorOf = (agent: Agent, settings: BreakerSettings): BreakerMirror => {
    const known = mirrors.get(agent.type);
    if (known !== undefined) return known;
    const mirror = openMirror(deps, agent, settings);
    mirrors.set(agent.type, mirror);
    return mirror;
  };
  return {
    async permit(call, go) {
      const { breaker } = call.agent;
      if (breaker === undefined) return await go(() => undefined);
      const mirror = mirrorOf(call.agent, breaker);
      const errorOf = (refusal: CallRefusal) => breakerOpenError(call, breaker, refusal, deps.random());
      const answer = await mirror.ask();
      if (!answer.permitted) throw errorOf(answer);
      const { epoch } = answer;
      const note = (verdict: CallOutcome['verdict']) => mirror.note(epoch, { verdict, ms: call.agentMs() });
      try {
        const reply = await go(() => {
          const still = mirror.recheck(epoch);
          if (!still.permitted) throw errorOf(still);
        });
        note('succeeded');
        return reply;
      } catch (error) {
        note(blamesAgent(failureTypeOf(error)) ? 'failed' : 'ignored');
        throw error;
      }
    },
    async close() {
      await Promise.all([...mirrors.values()].map((mirror) => mirror.close()));
    },
  };
}

function openMirror(
  { client, inbox, log, since, placeOf }: BreakersDeps,
  { type: agent, taskQueue: named }: Agent,
  settings: BreakerSettings,
): BreakerMirror {
  const { scope, taskQueue } = placeOf(named);
  const id = breakerId(scope, agent);
  const terms = { settings, since };
  const entity = {
    workflowType: CIRCUIT_BREAKER,
    workflowId: id,
    taskQueue,
    input: { agent, terms },
    summary: `the circuit breaker of ${agent}`,
  };
  const mirror = new BreakerMirror({
    agent,
    worker: inbox.queue,
    terms,
    log,
    now: Date.now,
    send: async (message) => {
      const update = { update: BREAKER_MESSAGES.report, message, withinMs: REPORT_WITHIN_MS };
      return (await executeUpdateWithStart(client, entity, update)) as BreakerView;
    },
  });
  inbox.listen(id, (view) => mirror.receive(view as BreakerView));
  return mirror;
}

function breakerOpenError(
  { agent }: GuardedCall,
  settings: BreakerSettings,
  { waitMs, why }: CallRefusal,
  random: number,
): AgentError {
  const spread = Math.max(MIN_JITTER_MS, breakerPolicy(settings).openFor.initialMs * JITTER);
  return new AgentError(`agent ${JSON.stringify(agent.type)} was not called: ${why}`, {
    type: 'BreakerOpen',
    retryAfterMs: Math.min(waitMs, LONGEST_WAIT_MS) + random * Math.min(spread, LONGEST_WAIT_MS),
  });
}
