// The protocol of a topic that a Workflow keeps. Names are part of histories and never change.
import { z } from 'zod';

/** The Workflow of one topic of a project, `baton-topic/PROJECT/NAME`. */
export const TOPIC = 'topic';
export const topicWorkflowId = (project: string, name: string): string => `baton-topic/${project}/${name}`;

export const TOPIC_MESSAGES = { publish: 'publish', receive: 'receive', lag: 'lag', processed: 'processed' } as const;

export const TopicMessage = z.strictObject({
  /** A message that is published again under the same id is kept once. */
  id: z.string().min(1),
  key: z.string().optional(),
  headers: z.record(z.string(), z.string()),
  contentType: z.string(),
  /** Base64. */
  body: z.string(),
});
export type TopicMessage = z.infer<typeof TopicMessage>;

/** What one consumer sends each time: it renews what it holds, settles what it has processed, and receives more. */
export const Receive = z.strictObject({
  group: z.string().min(1),
  consumer: z.string().min(1),
  /** The offsets of the messages that it holds and still works on. If there is room, others are no longer its own. */
  holds: z.array(z.int()),
  /** Processed: not delivered to this group again. */
  done: z.array(z.int()),
  /** Not processed: delivered again. */
  rejected: z.array(z.int()),
  /** How many more messages it takes. */
  room: z.int().min(0),
  /** How long the answer may wait for a message, in milliseconds. */
  waitMs: z.int().min(0).max(30_000),
  /** A process that receives replies: its group begins after the last message, and is forgotten soon after the process has died. */
  isReply: z.literal(true).optional(),
});
export type Receive = z.infer<typeof Receive>;

export interface DeliveredMessage extends TopicMessage {
  readonly offset: number;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** How often this group has received it, this time included. */
  readonly deliveries: number;
}

export interface Received {
  readonly messages: readonly DeliveredMessage[];
  /** The group did not exist, or was forgotten. */
  readonly isNew?: true;
}

export interface Published {
  readonly offset: number;
  /** False if a message of this id was published before. */
  readonly isNew: boolean;
}
