import { ABORT_GRACE_MS, type Agent, type AgentLog } from '../domain/agent.js';
import type { CallReply, CallRequest } from '../domain/call.js';
import type { Catalogue, CatalogueRequest } from '../domain/catalogue.js';
import { AgentDefinitionError } from './agents/definition.js';
import { poolUseOf } from '../domain/pool/use.js';
import { createCatalogue } from './catalogue.js';
import { createCallAgent } from './call-agent.js';
import { checkInput, type CheckInputReply, type CheckInputRequest } from './check-input.js';
import { createPastAnswer, type PastAnswer, type PastAnswerRequest } from './past-answer.js';
import { createPastPlaces } from './past-places.js';
import { unlimitedLease, type Lease } from './lease.js';
import { alwaysPermit, type Permit } from './permit.js';
import { createRecall } from './recall.js';
import { createRegistry } from './registry.js';

export interface ActivityDeps {
  readonly agents: readonly Agent[];
  readonly log?: AgentLog;
  readonly random?: () => number;
  readonly permit?: Permit;
  readonly lease?: Lease;
  /** Milliseconds that an agent has to end once its signal has aborted. */
  readonly abortGraceMs?: number;
}

// A type and no interface: Temporal's proxies take activities as an object with any number of names.
export type Activities = {
  catalogue: (request: CatalogueRequest) => Promise<Catalogue>;
  callAgent: (request: CallRequest) => Promise<CallReply>;
  checkInput: (request: CheckInputRequest) => Promise<CheckInputReply>;
  pastAnswer: (request: PastAnswerRequest) => Promise<PastAnswer>;
};

/** The activities of one worker. Throws an `AgentDefinitionError` with all that is wrong with the agents. */
export function createActivities(deps: ActivityDeps): Activities {
  const registry = createRegistry(deps.agents);
  refuseUnguarded(deps);
  const places = createPastPlaces();
  const callAgent = createCallAgent({
    registry,
    recall: createRecall(places),
    permit: deps.permit ?? alwaysPermit,
    lease: deps.lease ?? unlimitedLease,
    random: deps.random ?? Math.random,
    abortGraceMs: deps.abortGraceMs ?? ABORT_GRACE_MS,
    ...(deps.log === undefined ? {} : { log: deps.log }),
  });
  const catalogue = createCatalogue(registry, deps.agents);
  return { callAgent, catalogue, checkInput, pastAnswer: createPastAnswer(places) };
}

/** Agents would be called that their breakers and pools leave alone, and nobody would know. */
function refuseUnguarded({ agents, permit, lease }: ActivityDeps): void {
  const expected = (type: string, what: string) =>
    `agent ${JSON.stringify(type)}: ${what}: expected a worker of createWorker, which keeps ${what}s`;
  const problems = agents.flatMap((agent) => [
    ...(agent.breaker !== undefined && permit === undefined ? [expected(agent.type, 'breaker')] : []),
    ...(poolUseOf(agent) !== undefined && lease === undefined ? [expected(agent.type, 'pool')] : []),
  ]);
  if (problems.length > 0) throw new AgentDefinitionError(problems);
}
