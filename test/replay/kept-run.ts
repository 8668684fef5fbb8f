// What describes a run whose history is kept, and what several of them consist of.
import { AgentError } from '../../src/activities/errors/agent-error.js';
import type { Plan, Task } from '../../src/domain/plan/plan.js';
import type { RunOptions, TestRun } from '../support/temporal.js';

export interface KeptRun {
  readonly name: string;
  readonly plan: Plan;
  readonly options?: RunOptions;
  /** What is said to it while it goes on. */
  readonly act?: (run: TestRun['run']) => Promise<void>;
  /** The run that it is a fork of: its id is the name with `-old` behind it. */
  readonly old?: Pick<KeptRun, 'plan' | 'options' | 'act'>;
  /** Its history is cut after every few events. */
  readonly isCut?: boolean;
  /** It begins on a worker with receivers of notices. */
  readonly notifies?: true;
  /** Its sub-plans, by what follows its own id in theirs. */
  readonly children?: readonly string[];
  /** When it has ended, its debt is tried again: in a run that is kept, too. */
  readonly isTriedAgain?: boolean;
}

export const refuses = () => Promise.reject(new AgentError('no', { retryable: false }));
export const undoable = (needs: string[] = []): Task => ({ agent: 'echo', needs, compensate: { agent: 'echo' } });

/** Once the task is at work. */
export async function whenRunning(run: TestRun['run'], task: string): Promise<void> {
  for (;;) if ((await run.snapshot()).tasks[task]?.status === 'running') return;
}
