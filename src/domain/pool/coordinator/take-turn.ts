// One turn of a worker: the pool takes in the report, grants what is free, and answers.
import { defined } from '../../json/defined.js';
import { noteOverload, noteSuccesses } from './overload.js';
import { forget, settleTime } from './expire.js';
import { grantAll, type Moment } from './grant.js';
import { mostUrgentOther, markHoldersToPush, resourcesToGiveBack, type PoolState, type Session } from './state.js';
import { adoptConfig } from './alter.js';
import { isSameWant, type PoolNews, type Sync, type Want } from '../protocol.js';

export function takeTurn(state: PoolState, sync: Sync, moment: Moment): PoolNews {
  const { now } = moment;
  settleTime(state, now);
  const session = state.sessions[sync.session] ?? beginSession(state, sync, now);
  if (session === undefined) return lostNews(sync.session);
  // A turn that comes late describes an earlier state: it is ignored.
  if (sync.turn > session.turn) {
    takeIn(state, session, sync, now);
    if (sync.ends === true) forget(state, sync.session);
  }
  grantAll(state, moment, sync.session);
  return sync.ends === true ? emptyNews(sync.session) : newsFor(state, sync.session, now);
}

/** Only a session that holds nothing may be new: the leases of any other have been given to others. */
function beginSession(state: PoolState, sync: Sync, now: number): Session | undefined {
  if (sync.seen > 0 || Object.keys(sync.held).length > 0) return undefined;
  const { worker, config } = sync;
  return (state.sessions[sync.session] = {
    worker,
    since: now,
    turn: 0,
    heardAt: now,
    config,
    held: {},
    unseen: [],
    version: 0,
    done: {},
    spent: 0,
  });
}

function takeIn(state: PoolState, session: Session, sync: Sync, now: number): void {
  const { turn, held, seen, config } = sync;
  Object.assign(session, { turn, held, config, heardAt: now });
  session.unseen = session.unseen.filter(({ version }) => version > seen);
  adoptConfig(state, config, sync.policy, now);
  for (const { resource: id, retryAfterMs } of sync.throttled) {
    const resource = state.resources.find((one) => one.id === id);
    if (resource === undefined) continue;
    noteOverload(resource, retryAfterMs, now);
    markHoldersToPush(state, id);
  }
  for (const resource of state.resources) {
    noteSuccesses(resource, (sync.done[resource.id] ?? 0) - (session.done[resource.id] ?? 0));
    const news = sync.health.find((one) => one.resource === resource.id);
    if (news?.ill === null) delete resource.ill;
    else if (news !== undefined) {
      resource.ill = news.ill;
      markHoldersToPush(state, resource.id);
    }
  }
  session.done = sync.done;
  if (state.bucket !== undefined) state.bucket.level -= sync.spent - session.spent;
  session.spent = sync.spent;
  updateQueue(state, session, sync);
}

/** Calls that waited before keep their places. More calls join at the end; fewer leave from the end. */
function updateQueue(state: PoolState, session: Session, sync: Sync): void {
  const mine = (want: Want) =>
    state.queue.filter((waiting) => waiting.session === sync.session && isSameWant(waiting.want, want));
  const granted = (want: Want) =>
    session.unseen.reduce((sum, one) => sum + (isSameWant(one.want, want) ? one.count : 0), 0);
  for (const waiting of state.queue) {
    if (waiting.session !== sync.session) continue;
    if (!sync.wants.some(({ want }) => isSameWant(want, waiting.want))) waiting.count = 0;
  }
  for (const { want, count } of sync.wants) {
    // Calls that were granted a lease meanwhile are part of the count, too.
    let more = Math.max(0, count - granted(want)) - mine(want).reduce((sum, one) => sum + one.count, 0);
    if (more > 0) state.queue.push({ session: sync.session, want, order: state.orders++, count: more });
    for (const waiting of mine(want).toReversed()) {
      if (more >= 0) break;
      const less = Math.min(waiting.count, -more);
      waiting.count -= less;
      more += less;
    }
  }
  state.queue = state.queue.filter(({ count }) => count > 0);
}

/** The news for a session. A push that was due to it is not due any more. */
export function newsFor(state: PoolState, id: string, now: number): PoolNews {
  const session = state.sessions[id]!;
  const { unseen, config } = session;
  const priority = mostUrgentOther(state, id);
  if (priority === undefined) delete session.toldOthersWait;
  else session.toldOthersWait = priority;
  state.toTell = state.toTell.filter((one) => one !== id);
  const granted = new Set(unseen.map(({ resource }) => resource));
  const facts = state.resources.filter((one) => granted.has(one.id));
  const isOther = config.hash !== state.config.hash;
  return {
    session: id,
    grants: unseen,
    ...defined({ othersWait: priority }),
    giveBack: resourcesToGiveBack(state, now),
    resources: Object.fromEntries(
      facts.map(({ id: resource, endpoint, labels }) => [resource, { labels, ...defined({ endpoint }) }]),
    ),
    isChecker: checkerSession(state) === id,
    isOverruled: isOther && config.since <= state.config.since,
    wantsPolicy: isOther && config.since > state.config.since,
  };
}

/** The oldest session checks the health of the resources. */
function checkerSession({ sessions }: PoolState): string | undefined {
  const [first] = Object.entries(sessions).sort(([, a], [, b]) => a.since - b.since);
  return first?.[0];
}

const emptyNews = (session: string): PoolNews => ({
  session,
  grants: [],
  giveBack: [],
  resources: {},
  isChecker: false,
  isOverruled: false,
  wantsPolicy: false,
});

const lostNews = (session: string): PoolNews => ({ ...emptyNews(session), lost: true });
