// The message of a check that does not hold: what was expected, why it is not so, and which calls the run made.
import { shown } from '../domain/problem.js';
import { visibleLine } from '../domain/text/visible.js';
import type { RunResult } from '../domain/run/result.js';
import type { RecordedCall } from './call-record.js';

/** A run may have thousands of calls; their beginning shows the pattern. */
const SHOWN_CALLS = 20;

export function report(
  run: RunResult & { calls: readonly RecordedCall[] },
  expectation: string,
  why: readonly string[],
): string {
  const { calls, failure } = run;
  return [
    `run ${shown(run.runId)} of the plan ${shown(run.plan)}: ${expectation}`,
    ...shortened(why),
    // A run that failed is the reason for most calls that are missing.
    ...(failure === null ? [] : [`the run ${run.status}: ${failure.type}: ${visibleLine(failure.message)}`]),
    calls.length === 0 ? 'no agent was called' : `calls of the run, in the order in which they began:`,
    ...shortened(calls.map(callLine)),
  ].join('\n');
}

const callLine = ({ agent, task, input, attempts }: RecordedCall, i: number): string =>
  `${i + 1}. ${agent} for the task ${task}, input ${shown(input)}${attempts === 1 ? '' : `, ${attempts} attempts`}`;

const shortened = (lines: readonly string[]): string[] => [
  ...lines.slice(0, SHOWN_CALLS).map((line) => `  ${line}`),
  ...(lines.length > SHOWN_CALLS ? [`  … and ${lines.length - SHOWN_CALLS} more`] : []),
];

export const callCount = (n: number): string => (n === 1 ? '1 call' : `${n} calls`);

export const listed = (agents: readonly string[]): string =>
  agents.length === 0 ? 'none' : agents.map(shown).join(', ');
