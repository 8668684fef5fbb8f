// The Workflow of one pool: it alone knows all leases. It ends when no worker uses it, unless a person has changed the pool.
import {
  ApplicationFailure,
  condition,
  continueAsNew,
  defineQuery,
  defineUpdate,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { alterPool, type PoolChange } from '../../domain/pool/coordinator/alter.js';
import { isIdle, nextChange, settleTime } from '../../domain/pool/coordinator/expire.js';
import { grantAll } from '../../domain/pool/coordinator/grant.js';
import { createPool, type PoolState } from '../../domain/pool/coordinator/state.js';
import { Alteration, POOL_MESSAGES, Sync, type ConfigMark, type PoolNews } from '../../domain/pool/protocol.js';
import type { PoolPolicy } from '../../domain/pool/settings.js';
import { poolStatus, type PoolStatus } from '../../domain/pool/coordinator/status.js';
import { newsFor, takeTurn } from '../../domain/pool/coordinator/take-turn.js';
import { poolDetails } from '../../domain/pool/text.js';
import { failingWellFormed } from '../well-formed-errors.js';
import { pushToWorker } from './push-to-worker.js';
import { showWhenAsked } from '../web-ui.js';
import { moveOn } from '../move-on.js';

/** The server accepts 2,000 updates in one history. */
const MAX_UPDATES = 1_500;

export interface ResourcePoolInput {
  readonly pool: string;
  readonly policy: PoolPolicy;
  readonly config: ConfigMark;
  /** The state at the end of the previous history. */
  readonly carried?: PoolState;
}

moveOn(resourcePool);

export async function resourcePool({ pool, policy, config, carried }: ResourcePoolInput): Promise<void> {
  const state = carried ?? createPool(policy, config, Date.now());
  let updates = 0;
  const moment = () => ({ now: Date.now(), random: Math.random });
  /** Pushes what has become free to the other workers. */
  const answering = <T>(answer: () => T): T => {
    updates++;
    const answered = answer();
    pushAll(state);
    return answered;
  };
  setHandler(
    defineUpdate<PoolNews, [Sync]>(POOL_MESSAGES.sync),
    (sync) => answering(() => takeTurn(state, sync, moment())),
    { validator: failingWellFormed((sync: Sync) => void Sync.parse(sync)) },
  );
  setHandler(
    defineUpdate<PoolChange, [Alteration]>(POOL_MESSAGES.alter),
    (alteration) =>
      answering(() => {
        settleTime(state, Date.now());
        const altered = alterPool(state, alteration);
        grantAll(state, moment());
        return altered!;
      }),
    { validator: failingWellFormed((given: Alteration) => refuseUnknown(state, pool, Alteration.parse(given))) },
  );
  setHandler(defineQuery<PoolStatus>(POOL_MESSAGES.status), () => poolStatus(pool, state));
  showWhenAsked(() => poolDetails(poolStatus(pool, state)));

  const isLong = () => updates >= MAX_UPDATES || workflowInfo().continueAsNewSuggested;
  for (;;) {
    settleTime(state, Date.now());
    grantAll(state, moment());
    pushAll(state);
    if (isIdle(state)) return;
    if (isLong()) break;
    // If the next change moves to a later time, the timer stays: the loop computes the time again.
    const at = nextChange(state);
    const isNews = () => isLong() || isIdle(state) || (nextChange(state) ?? Infinity) < (at ?? Infinity);
    if (at === undefined) await condition(isNews);
    else await condition(isNews, Math.max(1, at - Date.now()));
  }
  await continueAsNew<typeof resourcePool>({ pool, policy: state.policy, config: state.config, carried: state });
}

function pushAll(state: PoolState): void {
  for (const id of [...state.toTell]) pushToWorker(state.sessions[id]!.worker, newsFor(state, id, Date.now()));
}

function refuseUnknown({ resources }: PoolState, pool: string, alteration: Alteration): void {
  if (alteration.do === 'add' || resources.some(({ id }) => id === alteration.id)) return;
  const ids = resources.map(({ id }) => JSON.stringify(id)).join(', ');
  const message = `pool ${JSON.stringify(pool)} has no resource ${JSON.stringify(alteration.id)}; it has ${ids || 'none'}`;
  throw ApplicationFailure.nonRetryable(message, 'Refused');
}
