// One membership in a consumer group: from joining it until the connection is lost, or receiving stops.
import { setTimeout } from 'node:timers/promises';
import type { Delivery, ReceiveOptions } from '../broker.js';
import type { Session } from '../reconnect.js';
import { createAssignment } from './assignment.js';
import { kafkaError, type KafkaCluster } from './client.js';
import { createCommitter } from './committer.js';
import { createDispatcher } from './dispatcher.js';
import { fetchMessages } from './fetcher.js';

/** A member that sends no heartbeat for this long is dead: its partitions go to the others. */
const SESSION_TIMEOUT_MS = 15_000;
const HEARTBEAT_MS = 2_000;

/** How long the others may take to join again when a member comes or goes. A request to join takes at most this long. */
const REBALANCE_TIMEOUT_MS = 20_000;
const JOIN_TIMEOUT_MS = REBALANCE_TIMEOUT_MS + 5_000;

/** While this process holds as many messages as it may, or has no partition. */
const IDLE_MS = 200;

/** The last commit and the leave of a session whose connection may be lost. */
const CLOSE_TIMEOUT_MS = 5_000;

export interface KafkaSession extends Session {
  /** Delivers nothing more; resolves when all that was delivered is acknowledged or rejected. */
  drain(): Promise<void>;
  /** Commits what has been acknowledged, and leaves the group. */
  close(): Promise<void>;
}

interface Receiving extends Pick<ReceiveOptions, 'group' | 'inFlight' | 'onTrouble'> {
  readonly topic: string;
  readonly deliver: (delivery: Delivery) => void;
}

export async function joinGroup(
  cluster: KafkaCluster,
  { topic, deliver, group: groupId, inFlight, onTrouble }: Receiving,
  aborted: Promise<void>,
): Promise<KafkaSession> {
  const what = `receive from the topic "${topic}" in the group "${groupId}"`;
  // Two clients, because a request for messages holds up all requests after it on its connection, heartbeats among them.
  const reader = new cluster.kafka.Consumer({ ...cluster.base, groupId, retries: 0 });
  const member = new cluster.kafka.Consumer({
    ...cluster.base,
    groupId,
    // The session is opened again instead; a commit must not be repeated in another membership.
    retries: 0,
    requestTimeout: JOIN_TIMEOUT_MS,
    sessionTimeout: SESSION_TIMEOUT_MS,
    rebalanceTimeout: REBALANCE_TIMEOUT_MS,
    heartbeatInterval: HEARTBEAT_MS,
  });
  const assignment = createAssignment(member, topic);
  const committer = createCommitter(member, topic, assignment);
  const dispatcher = createDispatcher({ assignment, inFlight, deliver, onAcknowledged: committer.start });
  let isReading = true;
  let end!: (trouble: Error | undefined) => void;
  const ended = new Promise<Error | undefined>((resolve) => (end = resolve));
  const fail = (error: unknown): void => end(kafkaError(error, cluster, what));

  const onLoss = (loss: Error): void => {
    onTrouble(loss);
    onTrouble(undefined);
  };
  const read = async (): Promise<void> => {
    while (isReading) {
      await assignment.settled();
      const wanted = assignment.all().filter(({ hasFetched }) => !hasFetched);
      if (wanted.length === 0 || !dispatcher.hasRoom()) await setTimeout(IDLE_MS);
      else await fetchMessages({ cluster, topic, reader, assignment, onLoss }, wanted);
      if (isReading) dispatcher.pump();
    }
  };

  const leave = async (): Promise<void> => {
    await committer.finish();
    assignment.forgetAll();
    await member.close();
  };
  const close = async (): Promise<void> => {
    isReading = false;
    await Promise.race([leave().catch(() => undefined), setTimeout(CLOSE_TIMEOUT_MS, undefined, { ref: false })]);
    assignment.forgetAll();
    await Promise.race([
      Promise.allSettled([member.close(), reader.close()]),
      setTimeout(CLOSE_TIMEOUT_MS, undefined, { ref: false }),
    ]);
    end(undefined);
  };

  member.on('consumer:group:join', ({ assignments }) => void assignment.assign(assignments ?? []).catch(fail));
  member.on('consumer:heartbeat:error', ({ error }) => fail(error));
  for (const client of [member, reader]) (client as NodeJS.EventEmitter).on('error', fail);
  try {
    // Also creates the topic, if the server may.
    await reader.metadata({ topics: [topic] });
    reader.topics.track(topic);
    member.topics.track(topic);
    await member.joinGroup({});
    await assignment.settled();
  } catch (error) {
    await close();
    throw kafkaError(error, cluster, what);
  }
  read().catch(fail);
  void aborted.then(() => {
    isReading = false;
    end(undefined);
  });
  return { ended, drain: dispatcher.drain, close };
}
