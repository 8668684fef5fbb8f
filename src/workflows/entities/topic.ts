// The Workflow of one topic: it keeps messages until each group of consumers has processed them.
import {
  allHandlersFinished,
  ApplicationFailure,
  condition,
  continueAsNew,
  defineQuery,
  defineUpdate,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import {
  Receive,
  TOPIC_MESSAGES,
  TopicMessage,
  type Published,
  type Received,
} from '../../domain/event/topic/messages.js';
import {
  createTopic,
  hasNews,
  lagOf,
  nextExpiry,
  processedOf,
  publish,
  publishFault,
  receive,
  trim,
  type TopicState,
} from '../../domain/event/topic/state.js';
import { failingWellFormed } from '../well-formed-errors.js';
import { moveOn } from '../move-on.js';

/** The server accepts 2,000 updates in one history, of which ten may be in progress: others come while the last ones end. */
const MAX_UPDATES = 1_500;
/** How often messages that are old enough are removed if nothing else happens. */
const TRIM_EVERY = '1h';

export interface TopicInput {
  readonly name: string;
  /** The state at the end of the previous history. */
  readonly carried?: TopicState;
}

moveOn(topic);

export async function topic({ name, carried }: TopicInput): Promise<void> {
  const state = carried ?? createTopic();
  let updates = 0;
  const isLong = () => updates >= MAX_UPDATES || workflowInfo().continueAsNewSuggested;
  setHandler(
    defineUpdate<Published, [TopicMessage]>(TOPIC_MESSAGES.publish),
    (message) => {
      updates++;
      return publish(state, message, Date.now());
    },
    { validator: failingWellFormed((message: TopicMessage) => refuseFull(state, name, TopicMessage.parse(message))) },
  );
  setHandler(
    defineUpdate<Received, [Receive]>(TOPIC_MESSAGES.receive),
    async (turn) => {
      updates++;
      const isNew = state.groups[turn.group] === undefined ? { isNew: true as const } : {};
      const first = receive(state, turn, Date.now());
      if (first.length > 0 || turn.room === 0 || turn.waitMs === 0) return { messages: first, ...isNew };
      const expiry = nextExpiry(state, turn.group);
      const untilExpiry = expiry === undefined ? Infinity : Math.max(1, expiry - Date.now());
      await condition(() => isLong() || hasNews(state, turn.group, Date.now()), Math.min(turn.waitMs, untilExpiry));
      return { messages: receive(state, { ...turn, done: [], rejected: [] }, Date.now()), ...isNew };
    },
    { validator: failingWellFormed((turn: Receive) => void Receive.parse(turn)) },
  );
  setHandler(defineQuery<number, [string]>(TOPIC_MESSAGES.lag), (group) => lagOf(state, group));
  setHandler(defineQuery<number, [string]>(TOPIC_MESSAGES.processed), (group) => processedOf(state, group));

  while (!(await condition(isLong, TRIM_EVERY))) {
    trim(state, Date.now());
    if (state.kept.length === 0 && Object.keys(state.groups).length === 0) return;
  }
  await condition(allHandlersFinished);
  await continueAsNew<typeof topic>({ name, carried: state });
}

function refuseFull(state: TopicState, name: string, message: TopicMessage): void {
  const fault = publishFault(state, message, Date.now());
  if (fault !== undefined) throw ApplicationFailure.nonRetryable(`topic ${JSON.stringify(name)}: ${fault}`, 'Refused');
}
