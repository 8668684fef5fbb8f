// The activities of one worker.
import { defined } from '../domain/json/defined.js';
import { MAX_VALUE_BYTES } from '../domain/json/byte-size.js';
import { ABORT_GRACE_MS, type Agent, type AgentLog } from '../domain/agent/agent.js';
import type { CallReply, CallRequest } from '../domain/call/request.js';
import type { PublishReply, PublishRequest } from '../domain/event/published-event.js';
import type { Catalogue, CatalogueRequest } from '../domain/agent/catalogue.js';
import { AgentDefinitionError } from './agents/definition.js';
import { poolUseOf } from '../domain/pool/agent-pool.js';
import { createCatalogue } from './catalogue.js';
import { createCallAgent } from './call-agent.js';
import { createCheckInput, type CheckInputReply, type CheckInputRequest } from './check-input.js';
import { createPastAnswer, type PastAnswer, type PastAnswerRequest } from './recall/past-wait-answer.js';
import { createPastRuns } from './recall/find-past-runs.js';
import { pendingCalls, type PendingCalls } from './pending-calls.js';
import { unlimitedLease, type Lease } from './call-agent/lease.js';
import { alwaysPermit, type Permit } from './call-agent/permit.js';
import type { SendHeartbeat } from './call-agent/heartbeat.js';
import type { MeterCall } from './call-agent/meter.js';
import type { ReplyStorage } from './call-agent/keep-reply.js';
import { createReadValue, refuseReferences, type ReadReferences } from './read-references.js';
import { createNoticeActivities, type Notices } from './notices/activities.js';
import { createPrepareRun, type Prepare } from './prepare-run.js';
import { createPublish, type Publishing } from './publish.js';
import { createRecall } from './recall/recall.js';
import { createAwaitRunEnd, startInTurn } from './run-queue.js';
import { createRegistry } from './agents/registry.js';
import { refusedSecrets } from './secrets/refused.js';
import { createSecretStore } from './secrets/store.js';
import { createSweep, type SweepNow } from './sweep.js';
import type { Tracing } from './trace/tracing.js';
import type { AwaitRunEnd, EndReply, StartInTurn, TurnReply } from '../domain/run/queue/messages.js';
import type { Notice, NoticeDelivery } from '../domain/run/notice.js';
import type { PrepareReply, PrepareRequest } from '../domain/run/prepare.js';
import type { SweepReply, SweepRequest } from '../domain/run/sweep.js';
import type { SecretSettings } from '../domain/secret.js';
import type { KeepLine } from '../domain/run/kept-line.js';
import type { SpanBatch } from '../domain/trace/record.js';
import { wellFormedError } from '../domain/text/well-formed.js';

export interface ActivityDeps extends ReplyStorage {
  readonly agents: readonly Agent[];
  readonly log?: AgentLog;
  readonly random?: () => number;
  readonly permit?: Permit;
  readonly lease?: Lease;
  /** The most bytes of JSON of one output; default: what fits into a payload that is not stored. */
  readonly valueLimit?: number;
  /** The secrets that calls may use; `from` is an absolute path, or relative to the working directory. */
  readonly secrets?: SecretSettings;
  /** As `storageActivities` returns it: reads what a value refers to. */
  readonly readReferences?: ReadReferences;
  /** As `storageActivities` returns it: sends a heartbeat whose details are not stored. */
  readonly sendHeartbeat?: SendHeartbeat;
  /** For the ends of how many runs the worker may wait at the same time, which occupies as many slots for calls; default 0: it looks again and again. */
  readonly awaitedRuns?: number;
  /** The brokers of the worker; absent: it has none. */
  readonly publishing?: Publishing;
  /** Keeps what calls log, for `baton logs`. */
  readonly keepLine?: KeepLine;
  /** Counts the attempts of calls. */
  readonly meter?: MeterCall;
  /** Milliseconds that an agent may take to end once its signal has aborted. */
  readonly abortGraceMs?: number;
  /** Prepares runs of clients without a configuration; absent: they cannot start runs here. */
  readonly prepare?: Prepare;
  /** Ends what no worker uses, and removes values that no run needs; absent: this worker cannot. */
  readonly sweep?: SweepNow;
  /** Absent: the worker has no receivers of notices. */
  readonly notices?: Notices;
  /** Absent: the worker sends no traces. */
  readonly tracing?: Tracing | undefined;
}

// A type, not an interface: Temporal's proxies take activities as an object with any number of names.
export type Activities = {
  awaitRunEnd: (request: AwaitRunEnd) => Promise<EndReply>;
  catalogue: (request: CatalogueRequest) => Promise<Catalogue>;
  callAgent: (request: CallRequest) => Promise<CallReply>;
  checkInput: (request: CheckInputRequest) => Promise<CheckInputReply>;
  exportSpans: (batch: SpanBatch) => Promise<void>;
  noticeReceivers: (notice: Notice) => Promise<string[]>;
  sendNotice: (delivery: NoticeDelivery) => Promise<void>;
  pastAnswer: (request: PastAnswerRequest) => Promise<PastAnswer>;
  pendingCalls: () => Promise<PendingCalls>;
  prepareRun: (request: PrepareRequest) => Promise<PrepareReply>;
  readValue: (request: { readonly value: unknown }) => Promise<unknown>;
  startInTurn: (request: StartInTurn) => Promise<TurnReply>;
  publish: (request: PublishRequest) => Promise<PublishReply>;
  sweep: (request: SweepRequest) => Promise<SweepReply>;
};

/** Throws an `AgentDefinitionError` that lists all problems of the agents. */
export function createActivities(deps: ActivityDeps): Activities {
  const registry = createRegistry(deps.agents);
  refuseUnguarded(deps);
  const refused = refusedSecrets(deps.agents, deps.secrets);
  if (refused.length > 0) throw new AgentDefinitionError(refused);
  const { readReferences = refuseReferences } = deps;
  const findPastRuns = createPastRuns(readReferences);
  const callAgent = createCallAgent({
    registry,
    recall: createRecall(findPastRuns, readReferences),
    permit: deps.permit ?? alwaysPermit,
    lease: deps.lease ?? unlimitedLease,
    secrets: createSecretStore(deps.secrets),
    random: deps.random ?? Math.random,
    valueLimit: deps.valueLimit ?? MAX_VALUE_BYTES,
    abortGraceMs: deps.abortGraceMs ?? ABORT_GRACE_MS,
    tracing: deps.tracing,
    storage: deps,
    readReferences,
    ...defined({ log: deps.log, meter: deps.meter, keepLine: deps.keepLine }),
    ...defined({ sendHeartbeat: deps.sendHeartbeat, publishing: deps.publishing }),
  });
  const catalogue = createCatalogue(registry, deps.agents);
  const notices = createNoticeActivities(deps.notices);
  return {
    awaitRunEnd: withWellFormedErrors(createAwaitRunEnd(deps.awaitedRuns ?? 0)),
    callAgent: withWellFormedErrors(callAgent),
    catalogue: withWellFormedErrors(catalogue),
    checkInput: withWellFormedErrors(createCheckInput(readReferences)),
    exportSpans: async (batch) => await deps.tracing?.send(batch),
    noticeReceivers: withWellFormedErrors(notices.noticeReceivers),
    sendNotice: withWellFormedErrors(notices.sendNotice),
    pastAnswer: withWellFormedErrors(createPastAnswer(findPastRuns, readReferences)),
    pendingCalls: withWellFormedErrors(pendingCalls),
    prepareRun: withWellFormedErrors(createPrepareRun(deps.prepare)),
    readValue: withWellFormedErrors(createReadValue(readReferences)),
    startInTurn: withWellFormedErrors(startInTurn),
    publish: withWellFormedErrors(createPublish({ ...deps, readReferences })),
    sweep: withWellFormedErrors(createSweep(deps.sweep)),
  };
}

/** An error with half of a surrogate pair in its text would end the Worker that sends it. */
const withWellFormedErrors =
  <Args extends unknown[], Reply>(activity: (...args: Args) => Promise<Reply>) =>
  async (...args: Args): Promise<Reply> => {
    try {
      return await activity(...args);
    } catch (error) {
      throw wellFormedError(error);
    }
  };

/** Without guards, the agents would be called even while their breakers are open and their pools are full. */
function refuseUnguarded({ agents, permit, lease }: ActivityDeps): void {
  const expected = (type: string, what: string) =>
    `agent ${JSON.stringify(type)}: ${what}: expected a worker made by createWorker: only such a worker has ${what}s`;
  const problems = agents.flatMap((agent) => [
    ...(agent.breaker !== undefined && permit === undefined ? [expected(agent.type, 'breaker')] : []),
    ...(poolUseOf(agent) !== undefined && lease === undefined ? [expected(agent.type, 'pool')] : []),
  ]);
  if (problems.length > 0) throw new AgentDefinitionError(problems);
}
