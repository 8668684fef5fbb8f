// One turn of a worker: what it says is taken in, what is free is handed out, and it hears how it stands.
import { noteOverload, noteSuccesses } from './overload.js';
import { forget, settleTime } from './expire.js';
import { grantAll, type Moment } from './grant.js';
import { othersWait, tellHolders, toGiveBack, type PoolState, type Session } from './pool.js';
import { adoptConfig } from './alter.js';
import { sameWant, type PoolNews, type Sync, type Want } from './protocol.js';

export function takeTurn(state: PoolState, sync: Sync, moment: Moment): PoolNews {
  const { now } = moment;
  settleTime(state, now);
  const session = state.sessions[sync.session] ?? beginSession(state, sync, now);
  if (session === undefined) return LOST(sync.session);
  // What comes late says how it was before.
  if (sync.turn > session.turn) {
    note(state, session, sync, now);
    if (sync.ends === true) forget(state, sync.session);
  }
  grantAll(state, moment, sync.session);
  return sync.ends === true ? NOTHING(sync.session) : newsFor(state, sync.session, now);
}

/** Only one that holds nothing may be new: of any other the leases have been given to others. */
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

function note(state: PoolState, session: Session, sync: Sync, now: number): void {
  const { turn, held, seen, config } = sync;
  Object.assign(session, { turn, held, config, heardAt: now });
  session.unseen = session.unseen.filter(({ version }) => version > seen);
  adoptConfig(state, config, sync.policy, now);
  for (const { resource: id, retryAfterMs } of sync.throttled) {
    const resource = state.resources.find((one) => one.id === id);
    if (resource === undefined) continue;
    noteOverload(resource, retryAfterMs, now);
    tellHolders(state, id);
  }
  for (const resource of state.resources) {
    noteSuccesses(resource, (sync.done[resource.id] ?? 0) - (session.done[resource.id] ?? 0));
    const news = sync.health.find((one) => one.resource === resource.id);
    if (news?.ill === null) delete resource.ill;
    else if (news !== undefined) {
      resource.ill = news.ill;
      tellHolders(state, resource.id);
    }
  }
  session.done = sync.done;
  if (state.bucket !== undefined) state.bucket.level -= sync.spent - session.spent;
  session.spent = sync.spent;
  noteWants(state, session, sync);
}

/** Who waited before keeps its place; what is more goes to the end, what is less leaves from there. */
function noteWants(state: PoolState, session: Session, sync: Sync): void {
  const mine = (want: Want) =>
    state.queue.filter((waiting) => waiting.session === sync.session && sameWant(waiting.want, want));
  const granted = (want: Want) =>
    session.unseen.reduce((sum, one) => sum + (sameWant(one.want, want) ? one.count : 0), 0);
  for (const waiting of state.queue) {
    if (waiting.session !== sync.session) continue;
    if (!sync.wants.some(({ want }) => sameWant(want, waiting.want))) waiting.count = 0;
  }
  for (const { want, count } of sync.wants) {
    // What has been granted meanwhile was wanted too.
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

/** What a session hears, which it need not be told again. */
export function newsFor(state: PoolState, id: string, now: number): PoolNews {
  const session = state.sessions[id]!;
  const { unseen, config } = session;
  const priority = othersWait(state, id);
  if (priority === undefined) delete session.toldOthersWait;
  else session.toldOthersWait = priority;
  state.toTell = state.toTell.filter((one) => one !== id);
  const granted = new Set(unseen.map(({ resource }) => resource));
  const facts = state.resources.filter((one) => granted.has(one.id));
  const isOther = config.hash !== state.config.hash;
  return {
    session: id,
    grants: unseen,
    ...(priority === undefined ? {} : { othersWait: priority }),
    giveBack: toGiveBack(state, now),
    resources: Object.fromEntries(
      facts.map(({ id: resource, endpoint, labels }) => [
        resource,
        { labels, ...(endpoint === undefined ? {} : { endpoint }) },
      ]),
    ),
    isChecker: checkerOf(state) === id,
    isOverruled: isOther && config.since <= state.config.since,
    wantsPolicy: isOther && config.since > state.config.since,
  };
}

/** The oldest session. */
function checkerOf({ sessions }: PoolState): string | undefined {
  const [first] = Object.entries(sessions).sort(([, a], [, b]) => a.since - b.since);
  return first?.[0];
}

const NOTHING = (session: string): PoolNews => ({
  session,
  grants: [],
  giveBack: [],
  resources: {},
  isChecker: false,
  isOverruled: false,
  wantsPolicy: false,
});

const LOST = (session: string): PoolNews => ({ ...NOTHING(session), lost: true });
