// Chooses the rules of a run, once, before its first command.
import { patched } from '@temporalio/workflow';
import type { Rules } from '../domain/rules.js';
import type { RunInput } from '../domain/run/input.js';

/** The names are part of the history of every run, so they never change. */
const RULES_2 = 'baton-rules-2';
const RULES_3 = 'baton-rules-3';

/** Returns the rules of the run. A run that continues as new keeps the rules that it began with. */
export function chooseRules({ carried }: RunInput): Rules {
  if (carried !== undefined) return carried.rules ?? 1;
  if (patched(RULES_3)) return 3;
  return patched(RULES_2) ? 2 : 1;
}
