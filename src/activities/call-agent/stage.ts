// A call on its way through the stages of `callAgent`.
import type { CallReply } from '../../domain/call/request.js';
import type { RegisteredAgent } from '../agents/registry.js';
import type { CallSecrets } from '../secrets/call-secrets.js';
import type { OutgoingCorrelation } from '../trace/correlation.js';
import type { Attempt } from './attempt.js';
import type { GuardedCall } from './guarded-call.js';
import type { Heartbeat } from './heartbeat.js';
import type { CallLease } from './lease.js';

export interface AgentCall extends GuardedCall {
  readonly registered: RegisteredAgent;
  readonly attempt: Attempt;
  readonly heartbeat: Heartbeat;
  /** The most bytes of JSON of the output. */
  readonly maxOutputBytes: number;
  readonly secrets: CallSecrets;
  readonly correlation: OutgoingCorrelation;
  /** Set by the stage `permit`: throws `BreakerOpen` if the permit no longer holds. A call may have waited since it got the permit. */
  recheck?: () => void;
  /** Set by the stage `lease`, if the call holds a resource of a pool. */
  lease?: CallLease;
  /** Set by the stage `invoke`: when it called the agent, on the monotonic clock. */
  calledAtMs?: number;
  /** Set by the stage `invoke`: the JSON of a long output, so that it is not made again to store it. */
  encoded?: { readonly output: unknown; readonly json: Uint8Array };
}

/** Answers a call itself, or passes it to the next stage and may act on how that ends. */
export type Stage = (call: AgentCall, next: () => Promise<CallReply>) => Promise<CallReply>;

/** Passes a call through the stages, in this order. The last stage must answer the call itself. */
export const compose =
  (stages: readonly Stage[]) =>
  (call: AgentCall): Promise<CallReply> => {
    const passFrom = (i: number): Promise<CallReply> => stages[i]!(call, () => passFrom(i + 1));
    return passFrom(0);
  };
