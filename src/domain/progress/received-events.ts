// What a run remembers of the events that it has received. It is part of what a run carries through continue-as-new, so it stays small.
import { truncateEnd } from '../text/truncate.js';
import type { EventOf } from './event.js';
import type { Progress } from './state.js';

/**
 * Within one history, Temporal handles each update id once. A sender that sends an event again does so within minutes, and after
 * continue-as-new the run must recognize the id itself. 200 ids are about 12 KB.
 */
const MAX_IDS = 200;

/** The beginning of a name is enough to recognize it. */
const MAX_NAME = 100;

/** The name of the event that was received under this id; `undefined` if there was none. */
export const receivedUnder = ({ events }: Progress, id: string): string | undefined =>
  events?.ids?.find(([known]) => known === id)?.[1];

export function rememberEvent(progress: Progress, { id, name }: EventOf<'eventReceived'>): void {
  const ids = progress.events?.ids ?? [];
  progress.events = { ...progress.events, ids: [...ids, [id, name] as const].slice(-MAX_IDS) };
}

export function noteDropped(progress: Progress, { name, reason }: EventOf<'eventDropped'>): void {
  const count = (progress.events?.dropped?.count ?? 0) + 1;
  progress.events = { ...progress.events, dropped: { count, name: truncateEnd(name, MAX_NAME), reason } };
}
