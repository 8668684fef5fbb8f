import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities/index.js';
import type { Catalogue } from '../../domain/catalogue.js';
import type { Decompose } from '../../domain/plan.js';
import { outcomeOf } from '../outcome-of.js';
import { workName, type Settled, type Work } from './work.js';

/** A worker that does not know an agent is asked again, for another one may. */
const ATTEMPTS = 10;

/** Which agents there are, as the worker knows them: noted in the history, so that the limits of a run never change. */
export async function fetchCatalogue(
  work: Work,
  { agents, planner, aggregate }: Pick<Decompose, 'agents' | 'planner' | 'aggregate'>,
): Promise<Catalogue | Settled> {
  const name = workName(work);
  const { catalogue } = proxyActivities<Activities>({
    activityId: `${name}:catalogue`,
    summary: `${name} · catalogue`,
    startToCloseTimeout: '10s',
    retry: { maximumAttempts: ATTEMPTS },
  });
  const except = [planner, ...(typeof aggregate === 'object' ? [aggregate.agent] : [])];
  try {
    return await catalogue({ except, ...(agents === undefined ? {} : { types: agents }) });
  } catch (error) {
    return { outcome: outcomeOf(error, ATTEMPTS) };
  }
}
