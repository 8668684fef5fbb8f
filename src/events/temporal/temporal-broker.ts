// Topics that Workflows of Baton keep, on the Task Queue of the project's runs, which its workers poll. Made for tens of messages a second.
import {
  QueryNotRegisteredError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  type Client,
} from '@temporalio/client';
import { setTimeout as pause } from 'node:timers/promises';
import {
  TOPIC,
  TOPIC_MESSAGES,
  topicWorkflowId,
  type DeliveredMessage,
  type Receive,
  type Received,
  type TopicMessage,
} from '../../domain/event/topic/messages.js';
import { grpcCodeOf, GrpcStatus } from '../../temporal/grpc.js';
import { executeUpdateWithStart, reasonOf } from '../../temporal/update-with-start.js';
import type { TemporalSettings } from '../../domain/event/broker-settings.js';
import { DEFAULT_TASK_QUEUE } from '../../domain/task-queue.js';
import type { Broker, OutgoingMessage, ReceiveOptions } from '../broker.js';
import { BrokerError, BrokerSettingsError } from '../../domain/event/broker-error.js';
import type { BrokerContext } from '../broker-context.js';
import { TopicConsumer } from './consumer.js';
import { receiveReplies } from './replies.js';

export interface TemporalBrokerOptions {
  readonly client: Client;
  /** The name in the configuration. */
  readonly name: string;
  readonly project: string;
  readonly taskQueue: string;
}

/** How long an answer to a consumer waits for a message: a receiver that is aborted ends within this time. */
const WAIT_MS = 5_000;
/** How long the server and a worker may take in addition. */
const ANSWER_MS = 15_000;
const RETRY_MS = { first: 500, most: 10_000 };

/** The topic of replies to all processes of a project. */
const REPLIES = 'baton-replies';

/** No waiting mends these. */
const FINAL: readonly (number | undefined)[] = [
  GrpcStatus.NOT_FOUND,
  GrpcStatus.PERMISSION_DENIED,
  GrpcStatus.UNAUTHENTICATED,
];

export function openTemporal({ name }: TemporalSettings, context: BrokerContext): Promise<Broker> {
  const { client, project, taskQueue = DEFAULT_TASK_QUEUE } = context;
  if (client === undefined || project === undefined)
    throw new BrokerSettingsError(
      `broker ${name}: its topics are on the Temporal server, and there is no connection to one`,
    );
  return Promise.resolve(createTemporalBroker({ client, name, project, taskQueue }));
}

export function createTemporalBroker({ client, name, project, taskQueue }: TemporalBrokerOptions): Broker {
  const consumers = new Set<TopicConsumer>();
  const update = (topic: string, kind: 'publish' | 'receive', message: unknown, withinMs: number): Promise<unknown> =>
    executeUpdateWithStart(
      client,
      {
        workflowType: TOPIC,
        workflowId: topicWorkflowId(project, topic),
        taskQueue,
        input: { name: topic },
        summary: `topic ${topic} of ${project}`,
      },
      { update: TOPIC_MESSAGES[kind], message, withinMs },
    );
  const sendTurn = async (topic: string, turn: Receive): Promise<readonly DeliveredMessage[]> =>
    ((await update(topic, 'receive', turn, turn.waitMs + ANSWER_MS)) as Received).messages;

  const count = async (topic: string, kind: 'lag' | 'processed', group: string): Promise<number> => {
    try {
      const workflow = client.workflow.getHandle(topicWorkflowId(project, topic));
      return await workflow.query<number, [string]>(TOPIC_MESSAGES[kind], group);
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return 0;
      throw error;
    }
  };

  return {
    async receive(from, deliver, { group, consumer, inFlight, signal, onTrouble }: ReceiveOptions) {
      const source = `temporal://${name}/${from}`;
      const own = new TopicConsumer({ group, consumer, inFlight, source }, (turn) => sendTurn(from, turn));
      consumers.add(own);
      let [isTrouble, pauseMs] = [false, RETRY_MS.first];
      while (!signal.aborted) {
        try {
          const messages = await own.receive(WAIT_MS, signal);
          if (isTrouble) onTrouble(undefined);
          [isTrouble, pauseMs] = [false, RETRY_MS.first];
          if (signal.aborted) await own.giveBack(messages);
          else for (const message of messages) deliver(own.deliveryOf(message));
        } catch (error) {
          if (FINAL.includes(grpcCodeOf(error))) throw error;
          isTrouble = true;
          onTrouble(topicError(from, error));
          await pause(pauseMs, undefined, { signal }).catch(() => undefined);
          pauseMs = Math.min(2 * pauseMs, RETRY_MS.most);
        }
      }
    },
    async publish(to, { id, key, headers, contentType, body }: OutgoingMessage) {
      const message: TopicMessage = {
        id,
        headers: { ...headers },
        contentType,
        body: Buffer.from(body).toString('base64'),
        ...(key === undefined ? {} : { key }),
      };
      try {
        await update(to, 'publish', message, ANSWER_MS);
      } catch (error) {
        throw topicError(to, error);
      }
    },
    async receiveReplies(options) {
      const named = (error: unknown) => topicError(REPLIES, error);
      const isFinal = (error: unknown) => FINAL.includes(grpcCodeOf(error));
      const send = async (turn: Receive) =>
        (await update(REPLIES, 'receive', turn, turn.waitMs + ANSWER_MS)) as Received;
      const source = `temporal://${name}/${REPLIES}`;
      await receiveReplies(
        { topic: REPLIES, source, waitMs: WAIT_MS, retryMs: RETRY_MS, send, isFinal, named },
        options,
      );
    },
    lag: (from, group) => count(from, 'lag', group),
    async processed(from, group) {
      try {
        return await count(from, 'processed', group);
      } catch (error) {
        // A worker of an earlier version does not count.
        if (error instanceof QueryNotRegisteredError) return undefined;
        throw error;
      }
    },
    async close() {
      await Promise.allSettled([...consumers].map((one) => one.giveBack()));
      consumers.clear();
    },
  };
}

/** A topic that refuses a message, because it is full or the message too large, has not stored it. */
const topicError = (topic: string, error: unknown): BrokerError =>
  new BrokerError(`topic ${JSON.stringify(topic)}: ${reasonOf(error)}`, {
    isUnsent: error instanceof WorkflowUpdateFailedError,
    cause: error,
  });
