// The Workflows of Baton's own bundle, for `createWorker`: those of `../workflows.ts`, with three differences. `orchestrate` reports
// replays to a sink that `createWorker` registers (in another Worker the SDK would log an error for each report), stack traces
// are short, and log entries name the plan of their run.
import type { RunInput } from '../domain/run/input.js';
import type { RunResult } from '../domain/run/result.js';
import { orchestrate as runPlan } from './orchestrate.js';
import { reportReplay } from './report-replay.js';
import './stack-traces.js';

export { interceptors } from './log-fields.js';
export {
  cachedReply,
  circuitBreaker,
  mailbox,
  prepareRun,
  resourcePool,
  runQueue,
  sweep,
  topic,
} from '../workflows.js';

export function orchestrate(input: RunInput): Promise<RunResult> {
  reportReplay();
  return runPlan(input);
}
