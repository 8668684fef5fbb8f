import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Receive, TopicMessage } from '../../../src/domain/event/topic/messages.js';
import {
  createTopic,
  GROUP_MS,
  hasNews,
  lagOf,
  LEASE_MS,
  LIMITS,
  publish,
  publishFault,
  receive,
} from '../../../src/domain/event/topic/state.js';

const message = (id: string, key?: string, body = ''): TopicMessage => ({
  id,
  headers: {},
  contentType: 'text/plain',
  body,
  ...(key === undefined ? {} : { key }),
});
const turn = (more: Partial<Receive> = {}): Receive => ({
  group: 'g',
  consumer: 'one',
  holds: [],
  done: [],
  rejected: [],
  room: 10,
  waitMs: 0,
  ...more,
});
const ids = (messages: readonly { id: string }[]) => messages.map(({ id }) => id);

test('topic: a message that is published again under its id is kept once, also after it was read', () => {
  const state = createTopic();
  expect(publish(state, message('a'), 0)).toEqual({ offset: 0, isNew: true });
  receive(state, turn(), 0);
  receive(state, turn({ done: [0] }), 0);
  expect(publish(state, message('a'), 1)).toEqual({ offset: 0, isNew: false });
});

test('topic: each group receives all messages; consumers of one group share them', () => {
  const state = createTopic();
  for (const id of ['a', 'b', 'c']) publish(state, message(id), 0);
  expect(ids(receive(state, turn({ room: 2 }), 0))).toEqual(['a', 'b']);
  expect(ids(receive(state, turn({ consumer: 'two' }), 0))).toEqual(['c']);
  expect(ids(receive(state, turn({ group: 'other' }), 0))).toEqual(['a', 'b', 'c']);
  expect(lagOf(state, 'g')).toBe(3);
});

test('topic: what a dead consumer held is delivered again after the lease, with its count', () => {
  const state = createTopic();
  publish(state, message('a'), 0);
  receive(state, turn(), 0);
  expect(receive(state, turn({ consumer: 'two' }), LEASE_MS - 1)).toEqual([]);
  expect(hasNews(state, 'g', LEASE_MS)).toBe(true);
  expect(receive(state, turn({ consumer: 'two' }), LEASE_MS)).toMatchObject([{ id: 'a', deliveries: 2 }]);
});

test('topic: a consumer keeps what it still works on, and what it rejects comes again', () => {
  const state = createTopic();
  publish(state, message('a'), 0);
  publish(state, message('b'), 0);
  receive(state, turn(), 0);
  receive(state, turn({ holds: [0], rejected: [1], room: 0 }), LEASE_MS - 1);
  expect(ids(receive(state, turn({ consumer: 'two' }), LEASE_MS))).toEqual(['b']);
});

test('topic: messages with one key are delivered one after the other', () => {
  const state = createTopic();
  publish(state, message('a1', 'a'), 0);
  publish(state, message('a2', 'a'), 0);
  publish(state, message('b1', 'b'), 0);
  expect(ids(receive(state, turn(), 0))).toEqual(['a1', 'b1']);
  expect(ids(receive(state, turn({ holds: [2], done: [0] }), 1))).toEqual(['a2']);
});

test('topic: a full topic refuses the publisher and names the group; what is read makes room', () => {
  const state = createTopic();
  receive(state, turn({ room: 0 }), 0);
  for (let n = 0; n < LIMITS.messages; n++) publish(state, message(String(n)), 0);
  expect(publishFault(state, message('more'), 0)).toContain('the topic is full: 2000 messages');
  expect(publishFault(state, message('more'), 0)).toContain('group "g" has not read the oldest one');
  receive(state, turn({ done: [0] }), 0);
  expect(publishFault(state, message('more'), 0)).toBeUndefined();
  expect(publishFault(createTopic(), message('big', undefined, 'x'.repeat(LIMITS.bytes)), 0)).toContain(
    'the message has',
  );
});

test('topic: a group without consumers is forgotten after a week, and no longer blocks publishers', () => {
  const state = createTopic();
  receive(state, turn({ room: 0 }), 0);
  publish(state, message('a'), 0);
  publish(state, message('b'), GROUP_MS);
  expect(Object.keys(state.groups)).toEqual([]);
});

test('topic: with lost, late and repeated turns, each message is processed, in the order of its key, and none by two consumers at a time', () => {
  const action = fc.record({
    consumer: fc.constantFrom('one', 'two', 'three'),
    do: fc.constantFrom('receive', 'receive', 'lost', 'repeat', 'finish', 'reject', 'wait', 'die'),
  });
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('x', 'y', ''), { minLength: 1, maxLength: 12 }),
      fc.array(action, { maxLength: 60 }),
      (keys, actions) => {
        const state = createTopic();
        let now = 0;
        keys.forEach((key, n) => publish(state, message(String(n), key === '' ? undefined : key), now));
        const works: Record<string, { holds: number[]; done: number[]; rejected: number[]; last?: Receive }> = {};
        const processed: number[] = [];
        const firsts: number[] = [];
        const of = (consumer: string) => (works[consumer] ??= { holds: [], done: [], rejected: [] });
        const send = (consumer: string, isLost: boolean) => {
          const work = of(consumer);
          const sent = turn({
            consumer,
            holds: [...work.holds],
            done: [...work.done],
            rejected: [...work.rejected],
            room: 2,
          });
          work.last = sent;
          const given = receive(state, sent, now);
          if (isLost) return;
          work.done = [];
          work.rejected = [];
          for (const { offset } of given) {
            for (const [other, { holds }] of Object.entries(works))
              if (other !== consumer) expect(holds).not.toContain(offset);
            work.holds.push(offset);
          }
        };
        const finish = (consumer: string) => {
          const work = of(consumer);
          const offset = work.holds.shift();
          if (offset === undefined) return;
          processed.push(offset);
          if (!firsts.includes(offset)) firsts.push(offset);
          work.done.push(offset);
        };
        for (const { consumer, do: what } of actions) {
          const work = of(consumer);
          if (what === 'receive') send(consumer, false);
          else if (what === 'lost') send(consumer, true);
          else if (what === 'finish') finish(consumer);
          else if (what === 'reject' && work.holds.length > 0) work.rejected.push(work.holds.shift()!);
          else if (what === 'die') {
            delete works[consumer];
            for (let half = 0; half < 2; half++) {
              now += LEASE_MS / 2;
              for (const other of Object.keys(works)) send(other, false);
            }
          } else if (what === 'repeat' && work.last !== undefined && work.holds.length === 0)
            receive(state, { ...work.last, room: 0 }, now);
          else if (what === 'wait') {
            now += LEASE_MS / 2;
            for (const other of Object.keys(works)) send(other, false);
          }
        }
        for (let round = 0; round < 100 && lagOf(state, 'g') > 0; round++) {
          now += LEASE_MS / 2;
          for (const consumer of Object.keys(works)) {
            send(consumer, false);
            while (of(consumer).holds.length > 0) finish(consumer);
            send(consumer, false);
          }
          send('last', false);
          while (of('last').holds.length > 0) finish('last');
        }
        expect(lagOf(state, 'g')).toBe(0);
        expect([...new Set(processed)].sort((a, b) => a - b)).toEqual(keys.map((_, n) => n));
        for (const key of ['x', 'y']) {
          const inOrder = firsts.filter((offset) => keys[offset] === key);
          expect(inOrder).toEqual([...inOrder].sort((a, b) => a - b));
        }
      },
    ),
    { numRuns: 500 },
  );
});
