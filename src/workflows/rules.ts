// Chooses the rules of a run, and whether it sends notices, once, before its first command.
import { patched, workflowInfo } from '@temporalio/workflow';
import type { Rules } from '../domain/rules.js';
import type { RunInput } from '../domain/run/input.js';

/** The names are part of the history of every run, so they never change. */
const RULES_2 = 'baton-rules-2';
const RULES_3 = 'baton-rules-3';

/** Rules 3, in a run that sends notices. One patch says both, because each patch costs two events. */
const RULES_3_NOTICES = 'baton-rules-3-notices';

/** Set by a statement in front of the bundle, `worker/workflow-code.ts`, if the worker has receivers. */
const sendsNotices = (): boolean => (globalThis as { batonSendsNotices?: boolean }).batonSendsNotices === true;

export interface RunTerms {
  readonly rules: Rules;
  /** The worker on which the run began has receivers of notices. */
  readonly notifies: boolean;
}

/** Returns the rules of the run, and whether it sends notices. A run that continues as new keeps what it began with. */
export function chooseTerms({ carried }: RunInput): RunTerms {
  if (carried !== undefined) return { rules: carried.rules ?? 1, notifies: carried.notifies === true };
  // In a replay the history decides, on whichever worker.
  if ((workflowInfo().unsafe.isReplaying || sendsNotices()) && patched(RULES_3_NOTICES))
    return { rules: 3, notifies: true };
  if (patched(RULES_3)) return { rules: 3, notifies: false };
  return { rules: patched(RULES_2) ? 2 : 1, notifies: false };
}
