// Performs a task: one function for each kind, all with the same signature.
import type { TaskKind } from '../../domain/plan/plan.js';
import type { Run } from '../run.js';
import { performAgent } from './agent.js';
import { performApprove } from './approve.js';
import { performDecompose } from './decompose.js';
import { performEvent } from './event.js';
import { performSubPlan } from './sub-plan.js';
import { performPublish } from './publish.js';
import { mayRecall, recallAnswer } from '../reuse.js';
import { performWait } from './wait.js';
import type { Settlement, Work } from './work.js';

type Perform = (run: Run, work: Work) => PromiseLike<Settlement>;

const PERFORM: Readonly<Record<TaskKind, Perform>> = {
  agent: performAgent,
  race: performAgent,
  vote: performAgent,
  plan: performSubPlan,
  decompose: performDecompose,
  approve: performApprove,
  wait: performWait,
  event: performEvent,
  publish: performPublish,
};

export const perform: Perform = (run, work) =>
  mayRecall(run, work) ? recallOrPerform(run, work) : PERFORM[work.task.kind](run, work);

const recallOrPerform = async (run: Run, work: Work): Promise<Settlement> =>
  (await recallAnswer(run, work)) ?? (await PERFORM[work.task.kind](run, work));
