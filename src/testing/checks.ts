// What can be checked of a run in a test: which agents it called, in which order, with which inputs, and what it used.
import { didYouMean, knownHere, shown } from '../domain/problem.js';
import type { Usage } from '../domain/call/usage.js';
import type { RunResult } from '../domain/run/result.js';
import { agentsOf, type RecordedCall } from './call-record.js';
import { differences } from './difference.js';
import { callCount, listed, report } from './report.js';

/** The result of a run in a test, with the calls that agents received. */
export type TestResult = RunResult & { readonly calls: readonly RecordedCall[] };

export interface ExpectedCall {
  /** What the input must have, at least. */
  readonly input?: unknown;
  /** The number of calls; a call with retries is one. Default: at least one. */
  readonly times?: number;
}

export interface Check {
  readonly pass: boolean;
  /** Why it does not hold; if it does, why its negation does not. */
  readonly message: (this: void) => string;
  readonly expected?: unknown;
  readonly actual?: unknown;
}

/** The agent was called; `times` and `input` narrow that. */
export function called(run: TestResult, agent: string, { times, ...rest }: ExpectedCall = {}): Check {
  checkAgents(run, [agent]);
  const calls = run.calls.filter((call) => call.agent === agent);
  const lines = calls.map(({ input }) => ('input' in rest ? differences(input, rest.input, ['input']) : []));
  const found = lines.filter(({ length }) => length === 0).length;
  const pass = times === undefined ? found > 0 : found === times;
  const which = `of the agent ${shown(agent)}${'input' in rest ? ` with the input ${shown(rest.input)}` : ''}`;
  const number = times === undefined ? 'a call' : callCount(times);
  const unwanted = times === undefined ? 'no call' : `another number than ${callCount(times)}`;
  const differing = calls.flatMap(({ task }, i) =>
    lines[i]!.length === 0 ? [] : [`${task}: ${lines[i]!.join('; ')}`],
  );
  return {
    pass,
    message: () =>
      report(run, `expected ${pass ? unwanted : number} ${which}, got ${callCount(found)}`, pass ? [] : differing),
  };
}

/** The agents that were called are exactly these, in whatever order. */
export function calledOnly(run: TestResult, agents: readonly string[]): Check {
  checkAgents(run, agents);
  const came = [...new Set(run.calls.map(({ agent }) => agent))];
  const missing = agents.filter((agent) => !came.includes(agent));
  const more = came.filter((agent) => !agents.includes(agent));
  const pass = missing.length + more.length === 0;
  const reasons = [
    ...(missing.length === 0 ? [] : [`not called: ${listed(missing)}`]),
    ...(more.length === 0 ? [] : [`called, but not expected: ${listed(more)}`]),
  ];
  return {
    pass,
    message: () =>
      report(run, `expected calls of ${pass ? 'other agents than' : 'exactly the agents'} ${listed(agents)}`, reasons),
    expected: [...agents].sort(),
    actual: came.sort(),
  };
}

/** Calls of these agents began in this order. Other calls may have begun between them. */
export function calledInOrder(run: TestResult, agents: readonly string[]): Check {
  checkAgents(run, agents);
  let next = 0;
  for (const { agent } of run.calls) if (agent === agents[next]) next += 1;
  const pass = next === agents.length;
  const order = agents.map(shown).join(', then ');
  const after = next === 0 ? '' : ` after that of ${shown(agents[next - 1])}`;
  return {
    pass,
    message: () =>
      pass
        ? report(run, `expected no calls in the order ${order}`, [])
        : report(run, `expected calls in the order ${order}`, [`there is no call of ${shown(agents[next])}${after}`]),
    expected: agents,
    actual: run.calls.map(({ agent }) => agent),
  };
}

const AMOUNTS = {
  calls: (n: number) => callCount(n),
  tokens: (n: number) => `${n} tokens`,
  usd: (n: number) => `$${n}`,
} satisfies Record<keyof Usage, (n: number) => string>;

/** The run used at most this. Its `calls` count attempts, and so do its costs. */
export function usedAtMost(run: TestResult, most: Partial<Usage>): Check {
  const keys = (Object.keys(AMOUNTS) as (keyof Usage)[]).filter((key) => most[key] !== undefined);
  if (keys.length === 0) {
    throw new TypeError(`expected a limit such as { usd: 0.05, tokens: 1000, calls: 3 }, got ${shown(most)}`);
  }
  const over = keys.filter((key) => run.usage[key] > most[key]!);
  const pass = over.length === 0;
  const texts = (pass ? keys : over).map(
    (key) => `${pass ? 'more than' : 'at most'} ${AMOUNTS[key](most[key]!)}, got ${AMOUNTS[key](run.usage[key])}`,
  );
  return {
    pass,
    message: () => report(run, `expected ${texts.join('; ')}`, []),
    expected: most,
    actual: Object.fromEntries(keys.map((key) => [key, run.usage[key]])),
  };
}

/** A type that does not exist is never called: without this check, a typing error would pass. */
function checkAgents(run: TestResult, agents: readonly string[]): void {
  const known = agentsOf(run.calls) ?? [];
  for (const agent of agents) {
    if (known.includes(agent)) continue;
    const hint = didYouMean(agent, known) ?? knownHere(known);
    throw new TypeError(`expected the type of an agent of this test, got ${shown(agent)}; ${hint}`);
  }
}
