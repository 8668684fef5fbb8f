// The breakers of one worker: a mirror for each agent that declares one.
import type { Client } from '@temporalio/client';
import { AgentError } from '../../activities/agent-error.js';
import { failureTypeOf } from '../../activities/classify.js';
import type { GuardedCall } from '../../activities/guarded-call.js';
import type { Permit } from '../../activities/permit.js';
import type { AgentLog } from '../../domain/agent.js';
import { BREAKER_MESSAGES, breakerId, CIRCUIT_BREAKER, type BreakerView } from '../../domain/breaker/messages.js';
import { breakerPolicy, type BreakerSettings } from '../../domain/breaker/settings.js';
import { blamesAgent } from '../../domain/failure.js';
import type { Ear } from '../ear.js';
import { exchange } from '../entity.js';
import { BreakerMirror, type Refused, type Verdict } from './mirror.js';

/** On a machine that has much to do an answer takes its time; calls do not wait for so long. */
const WITHIN_MS = 10_000;
/** Those that wait for an open breaker come back over a time of this share of what it was open for, not all at once. */
const JITTER = 0.5;
const MIN_JITTER_MS = 500;
/** However long it is open: a person may close it, and what waits at the server is not told. */
const LONGEST_WAIT_MS = 60_000;

export interface BreakersDeps {
  readonly client: Client;
  readonly ear: Ear;
  readonly log: AgentLog;
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
  const mirrorOf = (taskQueue: string, agent: string, settings: BreakerSettings): BreakerMirror => {
    const id = breakerId(taskQueue, agent);
    const known = mirrors.get(id);
    if (known !== undefined) return known;
    const mirror = openMirror(deps, { id, taskQueue, agent, settings });
    mirrors.set(id, mirror);
    return mirror;
  };
  return {
    async permit(call, go) {
      const { type, breaker } = call.agent;
      if (breaker === undefined) return await go(() => undefined);
      const mirror = mirrorOf(call.activity.info.taskQueue, type, breaker);
      const mayWait = (answer: Refused) => refusal(call, breaker, answer, deps.random());
      const answer = await mirror.ask();
      if (!answer.permitted) throw mayWait(answer);
      const { epoch } = answer;
      const note = (verdict: Verdict) => mirror.note(epoch, verdict, call.agentMs());
      try {
        const reply = await go(() => {
          const still = mirror.recheck(epoch);
          if (!still.permitted) throw mayWait(still);
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

interface MirrorPlace {
  readonly id: string;
  readonly taskQueue: string;
  readonly agent: string;
  readonly settings: BreakerSettings;
}

function openMirror({ client, ear, log, since }: BreakersDeps, place: MirrorPlace): BreakerMirror {
  const { id, taskQueue, agent, settings } = place;
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
    worker: ear.queue,
    terms,
    log,
    now: Date.now,
    send: async (message) => {
      const asked = { update: BREAKER_MESSAGES.report, message, withinMs: WITHIN_MS };
      return (await exchange(client, entity, asked)) as BreakerView;
    },
  });
  ear.listen(id, (view) => mirror.take(view as BreakerView));
  return mirror;
}

function refusal(
  { agent }: GuardedCall,
  settings: BreakerSettings,
  { waitMs, why }: Refused,
  random: number,
): AgentError {
  const spread = Math.max(MIN_JITTER_MS, breakerPolicy(settings).openFor.initialMs * JITTER);
  return new AgentError(`agent ${JSON.stringify(agent.type)} was not called: ${why}`, {
    type: 'BreakerOpen',
    retryAfterMs: Math.min(waitMs, LONGEST_WAIT_MS) + random * Math.min(spread, LONGEST_WAIT_MS),
  });
}
