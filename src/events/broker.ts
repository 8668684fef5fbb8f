// What Baton needs of a broker: receive, acknowledge, reject, publish. One folder for each kind of broker implements it.

/** A message as the broker has it. */
export interface Message {
  /** Unique within `source`; `undefined` if neither the broker nor the publisher gave one. The same when it is delivered again. */
  readonly id: string | undefined;
  /** Where it was: the `source` of an event that is made of it, such as `redis://shop/orders`. Never contains a password. */
  readonly source: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly contentType: string | undefined;
  readonly body: Uint8Array;
  /** Messages with the same key are processed in their order; without a key, any order will do. */
  readonly key: string | undefined;
  /** Milliseconds since 1970, if the broker knows when it was published. */
  readonly time: number | undefined;
}

/** A message that this process holds. Exactly one of the two functions is called, once; both may be repeated after a failure. */
export interface Delivery extends Message {
  /** How often the broker has delivered it, this time included; 1 if the broker does not count. */
  readonly deliveries: number;
  /** Temporal has accepted what the message causes: the broker may forget it. */
  acknowledge(this: void): Promise<void>;
  /** It was not processed: the broker delivers it again, to this process or another one. */
  reject(this: void): Promise<void>;
}

export interface OutgoingMessage {
  /** For consumers that deduplicate. */
  readonly id: string;
  readonly key: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly contentType: string;
  readonly body: Uint8Array;
}

export interface ReceiveOptions {
  /** The consumer group: processes of one group share the messages. */
  readonly group: string;
  /** Unique for each process. */
  readonly consumer: string;
  /** How many messages this process holds at most. */
  readonly inFlight: number;
  /** When it aborts, no further message is delivered. Those delivered can still be acknowledged. */
  readonly signal: AbortSignal;
  /** Called for a connection that is lost or refused, and again with `undefined` when it is back. */
  readonly onTrouble: (trouble: Error | undefined) => void;
}

/** Where a process receives the replies to its requests. The place does not outlive the process for long. */
export interface RepliesOptions extends Pick<ReceiveOptions, 'consumer' | 'signal' | 'onTrouble'> {
  /**
   * Replies that are sent to `replyTo` from now on are received. Called again if the place was lost, with replies that were sent
   * there: requests that wait must be sent again.
   */
  readonly onOpen: (replyTo: string) => void;
  /** Some brokers have one place for all processes: then it is also called for replies to others. */
  readonly onReply: (reply: Message) => void;
}

export interface Broker {
  /**
   * Delivers messages from `from` (a stream, queue or topic) until the signal aborts. Connects, and connects again, by itself:
   * it rejects only for what no waiting mends (a destination of the wrong type, wrong credentials).
   */
  receive(from: string, deliver: (delivery: Delivery) => void, options: ReceiveOptions): Promise<void>;
  /** Resolves when the broker has confirmed the message. `to` is as in a task `publish`. */
  publish(to: string, message: OutgoingMessage): Promise<void>;
  /** Receives replies until the signal aborts. Connects again as `receive` does, and rejects for the same reasons. */
  receiveReplies(options: RepliesOptions): Promise<void>;
  /** How many messages of `from` wait for the group; `undefined` if the broker does not say. */
  lag(from: string, group: string): Promise<number | undefined>;
  /**
   * How many messages of `from` the group has processed, in all of its processes together. Only the difference between two such counts
   * has a meaning. `undefined` if the broker does not count.
   */
  processed(from: string, group: string): Promise<number | undefined>;
  /** Closes connections; what is held goes back to the broker. */
  close(): Promise<void>;
}
