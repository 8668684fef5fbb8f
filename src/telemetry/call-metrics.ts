// What the calls of this worker count.
import type { CallEnd } from '../domain/call/call-end.js';
import type { MakeMetrics } from './make.js';

export interface CallMetrics {
  /** Call it once with the agents of the worker, and the number of calls that it makes at the same time. */
  open(this: void, agents: readonly CountedAgent[], concurrency: number): void;
  /** An attempt of a call begins; the result is called when it ends. */
  begin(this: void, agent: string): (end: CallEnd) => void;
  /** Leases in use and leases that there are, of the pool of an agent. */
  useOfPool(this: void, agent: string, inUse: number, capacity: number): void;
}

export interface CountedAgent {
  readonly type: string;
  /** Whether a pool limits its calls: then the use of the pool is its utilization. */
  readonly isPooled: boolean;
}

/** From a function that answers immediately to a model or command that works for an hour. */
const SECONDS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600];

/** The label of agents that the worker does not have: a request may name any. */
const OTHER = 'other';

export function createCallMetrics(make: MakeMetrics): CallMetrics {
  const calls = make.counter('baton_calls_total', 'Attempts of calls, by how they ended', [
    'agent',
    'outcome',
    'error_type',
  ]);
  const duration = make.histogram(
    'baton_call_duration_seconds',
    'How long agents worked for one attempt',
    ['agent', 'outcome'],
    SECONDS,
  );
  const inFlight = make.gauge('baton_agent_calls_in_flight', 'Attempts in progress in this worker', ['agent']);
  const utilization = make.gauge(
    'baton_agent_utilization_ratio',
    'Calls in flight of this worker divided by its concurrency; for an agent with a pool, leases in use divided by capacity',
    ['agent'],
  );
  const tokens = make.counter('baton_tokens_total', 'Tokens that calls reported', ['agent']);
  const cost = make.counter('baton_cost_usd_total', 'US dollars that calls reported', ['agent']);
  const counts = new Map<string, { count: number; readonly isPooled: boolean }>();
  let room = Infinity;
  const count = (agent: string, change: number): void => {
    const known = counts.get(agent);
    if (known === undefined) return;
    known.count += change;
    inFlight.set({ agent }, known.count);
    if (!known.isPooled) utilization.set({ agent }, known.count / room);
  };
  return {
    open(agents, concurrency) {
      room = concurrency;
      for (const { type, isPooled } of agents) {
        counts.set(type, { count: 0, isPooled });
        count(type, 0);
        // A counter that appears with its first increment has no rate at that time.
        calls.inc({ agent: type, outcome: 'succeeded', error_type: '' }, 0);
      }
    },
    begin(name) {
      const agent = counts.has(name) ? name : OTHER;
      count(agent, 1);
      return (end) => {
        count(agent, -1);
        const { outcome, errorType = '', seconds } = end;
        calls.inc({ agent, outcome, error_type: errorType });
        if (seconds !== undefined) duration.observe({ agent, outcome }, seconds);
        if (end.tokens > 0) tokens.inc({ agent }, end.tokens);
        if (end.usd > 0) cost.inc({ agent }, end.usd);
      };
    },
    useOfPool: (agent, inUse, capacity) => utilization.set({ agent }, capacity === 0 ? 1 : inUse / capacity),
  };
}
