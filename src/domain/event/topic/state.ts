// The state of one topic. The clock is an argument.
// T1. A group receives each message until it has settled it as done: nothing is lost when a consumer dies, and a message may come again.
// T2. A message is held by at most one consumer of a group. The hold ends when the message is settled, or `LEASE_MS` after its consumer was
//     last heard.
// T3. Within a group, a message with a key is not delivered while an earlier one with that key is not done.
// T4. A message stays at least until every group has acknowledged it. If there is no room for another one, the publisher is refused.
// T5. A new group begins with the oldest message that is kept. A group without consumers for `GROUP_MS` is forgotten.
// T6. The group of a process that receives replies begins after the last message, and is forgotten after `REPLY_GROUP_MS`.
import type { DeliveredMessage, Published, Receive, TopicMessage } from './messages.js';

export const LEASE_MS = 30_000;
export const GROUP_MS = 7 * 86_400_000;
export const REPLY_GROUP_MS = 60_000;
/** What a topic keeps: its whole state has to fit into one payload when the Workflow continues as new. */
export const LIMITS = { messages: 2_000, bytes: 1_000_000, ageMs: 7 * 86_400_000 };
/** Ids of messages that have been removed, for those that are published again. */
const MAX_REMEMBERED = 2_000;

interface Kept extends TopicMessage {
  readonly bytes: number;
  readonly offset: number;
  readonly time: number;
}

interface Hold {
  readonly consumer: string;
  until: number;
}

interface Group {
  /** Every message before this offset is done. */
  low: number;
  /** Messages from there on that are done. */
  done: number[];
  holds: Record<number, Hold>;
  deliveries: Record<number, number>;
  heardAt: number;
  isReply?: true;
}

export interface TopicState {
  next: number;
  kept: Kept[];
  removed: [id: string, offset: number][];
  readonly groups: Record<string, Group>;
}

export const createTopic = (): TopicState => ({ next: 0, kept: [], removed: [], groups: {} });

export const sizeOf = ({ id, key = '', headers, contentType, body }: TopicMessage): number =>
  id.length + key.length + JSON.stringify(headers).length + contentType.length + body.length + OVERHEAD;
/** Field names, offset and time. */
const OVERHEAD = 100;

/** Why the message cannot be kept, in words; `undefined` if it can. */
export function publishFault(state: TopicState, message: TopicMessage, now: number): string | undefined {
  if (offsetOf(state, message.id) !== undefined) return undefined;
  const bytes = sizeOf(message);
  if (bytes > LIMITS.bytes / 4) return `the message has ${bytes} bytes, at most ${LIMITS.bytes / 4} fit into a topic`;
  const unread = unreadOf(state, now);
  const used = unread.reduce((sum, one) => sum + one.bytes, 0);
  const slow = slowest(state);
  const who = slow === undefined ? '' : `; group ${JSON.stringify(slow)} has not read the oldest one`;
  if (unread.length + 1 > LIMITS.messages)
    return `the topic is full: ${unread.length} messages are not read by all groups, at most ${LIMITS.messages} are kept${who}`;
  if (used + bytes > LIMITS.bytes)
    return `the topic is full: ${used} bytes are not read by all groups, at most ${LIMITS.bytes} are kept${who}`;
  return undefined;
}

/** Expects that there is no `publishFault`. */
export function publish(state: TopicState, message: TopicMessage, now: number): Published {
  const known = offsetOf(state, message.id);
  if (known !== undefined) return { offset: known, isNew: false };
  const offset = state.next++;
  state.kept.push({ ...message, offset, time: now, bytes: sizeOf(message) });
  trim(state, now);
  return { offset, isNew: true };
}

/** Settles, renews and delivers. */
export function receive(state: TopicState, turn: Receive, now: number): DeliveredMessage[] {
  const group = (state.groups[turn.group] ??= createGroup(state, turn, now));
  group.heardAt = now;
  for (const offset of turn.done) settle(state, group, offset);
  for (const [offset, hold] of Object.entries(group.holds)) {
    const number = Number(offset);
    const isOwn = hold.consumer === turn.consumer;
    // A consumer that asks for more, and does not name a message that it was given, has not received that answer.
    const isLost = isOwn && turn.room > 0 && !turn.holds.includes(number);
    if (isOwn && turn.holds.includes(number)) hold.until = now + LEASE_MS;
    else if (isLost || (isOwn && turn.rejected.includes(number)) || hold.until <= now) delete group.holds[number];
  }
  trim(state, now);
  const given = deliverable(state, group).slice(0, turn.room);
  return given.map(({ bytes: _, ...message }) => {
    const deliveries = (group.deliveries[message.offset] ?? 0) + 1;
    group.deliveries[message.offset] = deliveries;
    group.holds[message.offset] = { consumer: turn.consumer, until: now + LEASE_MS };
    return { ...message, deliveries };
  });
}

/** True if `receive` would deliver something. */
export function hasNews(state: TopicState, name: string, now: number): boolean {
  const group = state.groups[name];
  if (group === undefined) return state.kept.length > 0;
  return deliverable(state, group, now).length > 0;
}

/** When the next hold of the group ends; `undefined`: nothing is held. */
export function nextExpiry({ groups }: TopicState, name: string): number | undefined {
  const times = Object.values(groups[name]?.holds ?? {}).map(({ until }) => until);
  return times.length === 0 ? undefined : Math.min(...times);
}

export function lagOf({ groups, kept }: TopicState, name: string): number {
  const group = groups[name];
  return group === undefined ? kept.length : kept.filter(({ offset }) => !isDone(group, offset)).length;
}

/** How many messages the group has processed or found done; it only grows while the group exists. */
export function processedOf({ groups }: TopicState, name: string): number {
  const group = groups[name];
  return group === undefined ? 0 : group.low + group.done.length;
}

function createGroup({ kept, next }: TopicState, { isReply }: Receive, now: number): Group {
  const group = { low: kept[0]?.offset ?? next, done: [], holds: {}, deliveries: {}, heardAt: now };
  return isReply === true ? { ...group, low: next, isReply } : group;
}

const isDone = ({ low, done }: Group, offset: number): boolean => offset < low || done.includes(offset);

function settle({ kept, next }: TopicState, group: Group, offset: number): void {
  if (offset >= next || isDone(group, offset)) return;
  group.done.push(offset);
  delete group.holds[offset];
  delete group.deliveries[offset];
  const open = kept.find((one) => one.offset >= group.low && !group.done.includes(one.offset));
  group.low = open?.offset ?? next;
  group.done = group.done.filter((one) => one >= group.low);
}

/** In order; a key is blocked by the first message with it that is not done. `now`: holds that have ended do not count. */
function deliverable({ kept }: TopicState, group: Group, now = -Infinity): Kept[] {
  const blocked = new Set<string>();
  return kept.filter(({ offset, key }) => {
    if (isDone(group, offset)) return false;
    const hold = group.holds[offset];
    const isFree = (hold === undefined || hold.until <= now) && (key === undefined || !blocked.has(key));
    if (key !== undefined) blocked.add(key);
    return isFree;
  });
}

const offsetOf = ({ kept, removed }: TopicState, id: string): number | undefined =>
  kept.find((one) => one.id === id)?.offset ?? removed.find(([one]) => one === id)?.[1];

const isReadByAll = ({ groups }: TopicState, offset: number): boolean =>
  Object.values(groups).every((group) => isDone(group, offset));

/** What may not be removed. Without a group: everything that is young enough. */
function unreadOf(state: TopicState, now: number): Kept[] {
  if (Object.keys(state.groups).length === 0) return state.kept.filter(({ time }) => now - time < LIMITS.ageMs);
  return state.kept.filter(({ offset }) => !isReadByAll(state, offset));
}

function slowest({ groups }: TopicState): string | undefined {
  return Object.entries(groups).sort(([, a], [, b]) => a.low - b.low)[0]?.[0];
}

/** Removes what all groups have read if it is old or takes room, and groups without consumers. */
export function trim(state: TopicState, now: number): void {
  for (const [name, { heardAt, isReply }] of Object.entries(state.groups))
    if (now - heardAt >= (isReply === true ? REPLY_GROUP_MS : GROUP_MS)) delete state.groups[name];
  let bytes = state.kept.reduce((sum, one) => sum + one.bytes, 0);
  let count = state.kept.length;
  const [oldest] = state.kept;
  const isAged = oldest !== undefined && now - oldest.time >= LIMITS.ageMs;
  if (!isAged && count <= LIMITS.messages && bytes <= LIMITS.bytes) return;
  const unread = new Set(unreadOf(state, now).map(({ offset }) => offset));
  state.kept = state.kept.filter((one) => {
    const isOver = count > LIMITS.messages || bytes > LIMITS.bytes || now - one.time >= LIMITS.ageMs;
    if (unread.has(one.offset) || !isOver) return true;
    bytes -= one.bytes;
    count--;
    state.removed.push([one.id, one.offset]);
    return false;
  });
  state.removed = state.removed.slice(-MAX_REMEMBERED);
}
