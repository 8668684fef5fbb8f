// What it means to carry out a task: one function for each kind, all of the same shape.
import type { TaskKind } from '../../domain/plan.js';
import type { Run } from '../run.js';
import { performAgent } from './agent.js';
import { performApprove } from './approve.js';
import { performDecompose } from './decompose.js';
import { performEvent } from './event.js';
import { performPlan } from './plan.js';
import { mayRecall, recallAnswer } from '../reuse.js';
import { performWait } from './wait.js';
import type { Settled, Work } from './work.js';

type Perform = (run: Run, work: Work) => PromiseLike<Settled>;

const PERFORM: Readonly<Record<TaskKind, Perform>> = {
  agent: performAgent,
  race: performAgent,
  vote: performAgent,
  plan: performPlan,
  decompose: performDecompose,
  approve: performApprove,
  wait: performWait,
  event: performEvent,
};

export const perform: Perform = (run, work) =>
  mayRecall(run, work) ? recallOrPerform(run, work) : PERFORM[work.task.kind](run, work);

const recallOrPerform = async (run: Run, work: Work): Promise<Settled> =>
  (await recallAnswer(run, work)) ?? (await PERFORM[work.task.kind](run, work));
