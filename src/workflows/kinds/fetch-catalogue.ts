import { defined } from '../../domain/json/defined.js';
import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities/index.js';
import type { Catalogue } from '../../domain/agent/catalogue.js';
import type { Decompose } from '../../domain/plan/plan.js';
import { outlastStorage } from '../calls/outlast-storage.js';
import { outcomeFromError } from '../calls/outcome-from-error.js';
import type { Run } from '../run.js';
import { workName, type Settlement, type Work } from './work.js';

/** A worker that does not have an agent fails the activity; the next attempt may reach a worker that does. */
const ATTEMPTS = 10;

/** The agents that the worker has. They are recorded in the history, so that the limits of a run never change. */
export async function fetchCatalogue(
  run: Run,
  work: Work,
  { agents, planner, aggregate }: Pick<Decompose, 'agents' | 'planner' | 'aggregate'>,
): Promise<Catalogue | Settlement> {
  const name = workName(work);
  const { catalogue } = proxyActivities<Activities>({
    activityId: `${name}:catalogue`,
    summary: `${name} · catalogue`,
    startToCloseTimeout: '10s',
    retry: { maximumAttempts: ATTEMPTS },
  });
  const except = [planner, ...(typeof aggregate === 'object' ? [aggregate.agent] : [])];
  try {
    return await outlastStorage(run, () => catalogue({ except, ...defined({ types: agents }) }));
  } catch (error) {
    return { outcome: outcomeFromError(error, { attempts: ATTEMPTS }) };
  }
}
