// The Workflow of one pool: who holds what is here and nowhere else. It ends when nobody uses it, unless a person has altered it.
import {
  ApplicationFailure,
  condition,
  continueAsNew,
  defineQuery,
  defineUpdate,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { alter, type Altered } from '../domain/pool/alter.js';
import { isIdle, nextChange, settleTime } from '../domain/pool/expire.js';
import { grantAll } from '../domain/pool/grant.js';
import { createPool, type PoolState } from '../domain/pool/pool.js';
import { Alteration, POOL_MESSAGES, Sync, type ConfigMark, type PoolNews } from '../domain/pool/protocol.js';
import type { PoolPolicy } from '../domain/pool/settings.js';
import { poolStatus, type PoolStatus } from '../domain/pool/status.js';
import { newsFor, takeTurn } from '../domain/pool/sync.js';
import { poolDetails } from '../domain/pool/text.js';
import { tellWorker } from './tell-worker.js';
import { showWhenAsked } from './web-ui.js';

/** The server takes 2,000 in one history. */
const MAX_UPDATES = 1_500;

export interface ResourcePoolInput {
  readonly pool: string;
  readonly policy: PoolPolicy;
  readonly config: ConfigMark;
  /** Handed on by the history before. */
  readonly carried?: PoolState;
}

export async function resourcePool({ pool, policy, config, carried }: ResourcePoolInput): Promise<void> {
  const state = carried ?? createPool(policy, config, Date.now());
  let updates = 0;
  const moment = () => ({ now: Date.now(), random: Math.random });
  /** What has come free for others than who asks. */
  const answering = <T>(answer: () => T): T => {
    updates++;
    const answered = answer();
    tellAll(state);
    return answered;
  };
  setHandler(
    defineUpdate<PoolNews, [Sync]>(POOL_MESSAGES.sync),
    (sync) => answering(() => takeTurn(state, sync, moment())),
    { validator: (sync) => void Sync.parse(sync) },
  );
  setHandler(
    defineUpdate<Altered, [Alteration]>(POOL_MESSAGES.alter),
    (alteration) =>
      answering(() => {
        settleTime(state, Date.now());
        const altered = alter(state, alteration);
        grantAll(state, moment());
        return altered!;
      }),
    { validator: (alteration) => refuseUnknown(state, pool, Alteration.parse(alteration)) },
  );
  setHandler(defineQuery<PoolStatus>(POOL_MESSAGES.status), () => poolStatus(pool, state));
  showWhenAsked(() => poolDetails(poolStatus(pool, state)));

  const isLong = () => updates >= MAX_UPDATES || workflowInfo().continueAsNewSuggested;
  for (;;) {
    settleTime(state, Date.now());
    grantAll(state, moment());
    tellAll(state);
    if (isIdle(state)) return;
    if (isLong()) break;
    // A time that moves away needs no other timer: this one looks again.
    const at = nextChange(state);
    const isNews = () => isLong() || isIdle(state) || (nextChange(state) ?? Infinity) < (at ?? Infinity);
    if (at === undefined) await condition(isNews);
    else await condition(isNews, Math.max(1, at - Date.now()));
  }
  await continueAsNew<typeof resourcePool>({ pool, policy: state.policy, config: state.config, carried: state });
}

function tellAll(state: PoolState): void {
  for (const id of [...state.toTell]) tellWorker(state.sessions[id]!.worker, newsFor(state, id, Date.now()));
}

function refuseUnknown({ resources }: PoolState, pool: string, alteration: Alteration): void {
  if (alteration.do === 'add' || resources.some(({ id }) => id === alteration.id)) return;
  const ids = resources.map(({ id }) => JSON.stringify(id)).join(', ');
  const message = `pool ${JSON.stringify(pool)} has no resource ${JSON.stringify(alteration.id)}; it has ${ids || 'none'}`;
  throw ApplicationFailure.nonRetryable(message, 'Refused');
}
