// Receives replies from a topic that all processes of a project share, each as a group of its own that begins at the end.
import { setTimeout as pause } from 'node:timers/promises';
import type { Receive, Received } from '../../domain/event/topic/messages.js';
import type { RepliesOptions } from '../broker.js';

/** Messages in one answer. */
const ROOM = 100;

export interface TopicReplies {
  readonly topic: string;
  readonly source: string;
  readonly waitMs: number;
  readonly retryMs: { readonly first: number; readonly most: number };
  readonly send: (turn: Receive) => Promise<Received>;
  /** True for what no waiting mends. */
  readonly isFinal: (error: unknown) => boolean;
  readonly named: (error: unknown) => Error;
}

export async function receiveReplies(
  { topic, source, waitMs, retryMs, send, isFinal, named }: TopicReplies,
  { consumer, signal, onOpen, onReply, onTrouble }: RepliesOptions,
): Promise<void> {
  const turn = { group: consumer, consumer, holds: [], rejected: [], isReply: true as const };
  let [isOpen, isTrouble, pauseMs] = [false, false, retryMs.first];
  let done: number[] = [];
  while (!signal.aborted) {
    try {
      // The first turn only makes the group.
      const { messages, isNew } = await send({ ...turn, done, room: ROOM, waitMs: isOpen ? waitMs : 0 });
      if (isTrouble) onTrouble(undefined);
      [isTrouble, pauseMs] = [false, retryMs.first];
      done = messages.map(({ offset }) => offset);
      if (!isOpen || isNew === true) onOpen(topic);
      isOpen = true;
      for (const { id, key, headers, contentType, body, time } of messages)
        onReply({ id, source, headers, contentType, body: Buffer.from(body, 'base64'), key, time });
    } catch (error) {
      if (isFinal(error)) throw named(error);
      isTrouble = true;
      onTrouble(named(error));
      await pause(pauseMs, undefined, { signal }).catch(() => undefined);
      pauseMs = Math.min(2 * pauseMs, retryMs.most);
    }
  }
}
