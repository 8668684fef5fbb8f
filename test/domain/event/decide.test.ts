import { describe, expect, test } from 'vitest';
import type { CloudEvent } from '../../../src/domain/event/cloud-event.js';
import { compileDecision } from '../../../src/domain/event/decide.js';
import { SubscriptionSettings } from '../../../src/domain/event/subscription.js';

const event: CloudEvent = {
  ...{ specversion: '1.0', id: 'e1', source: '/shop', type: 'order.created' },
  data: { id: 7, items: [{ price: 2 }, { price: 3 }] },
};

const decide = (settings: object) =>
  compileDecision(SubscriptionSettings.parse({ name: 's', from: { broker: 'b', stream: 'x' }, ...settings }))(event);

describe('start', () => {
  test('input and run are made of the event', () => {
    const start = {
      plan: 'p',
      input: { order: '{% $event.data.id %}', sum: '{% $sum($event.data.items.price) %}' },
      run: "{% 'order-' & $event.data.id %}",
      onConflict: 'queue',
    };
    const expected = { do: 'start', run: 'order-7', input: { order: 7, sum: 5 }, onConflict: 'queue' };
    expect(decide({ start })).toEqual(expected);
  });

  test('by default the input is the data of the event, and the subscription gives no id', () => {
    const expected = { do: 'start', run: undefined, input: event.data, onConflict: 'attach' };
    expect(decide({ start: { plan: 'p' } })).toEqual(expected);
  });

  test('a number is an id', () => {
    expect(decide({ start: { plan: 'p', run: '{% $event.data.id %}' } })).toMatchObject({ run: '7' });
  });

  test('a run that is not text is refused', () => {
    const run = () => decide({ start: { plan: 'p', run: '{% $event.data.nothing %}' } });
    expect(run).toThrow('start.run: expected text, got nothing');
  });

  test('an expression that fails names its place', () => {
    expect(() => decide({ start: { plan: 'p', input: '{% $number("x") %}' } })).toThrow(/^start\.input: /);
  });
});

test('an event for which `when` is false causes nothing', () => {
  expect(decide({ when: "{% $event.type = 'other' %}", start: { plan: 'p' } })).toEqual({ do: 'nothing' });
  expect(decide({ when: "{% $event.type = 'order.created' %}", start: { plan: 'p' } })).toMatchObject({ do: 'start' });
});

test('deliver: run, event and data are made of the event', () => {
  const deliver = { run: "{% 'order-' & $event.data.id %}", event: '{% $event.type %}', data: '{% $event.data.id %}' };
  expect(decide({ deliver })).toEqual({ do: 'deliver', run: 'order-7', event: 'order.created', data: 7 });
});

test('deliver: by default the data is the data of the event', () => {
  expect(decide({ deliver: { run: 'r', event: 'paid' } })).toMatchObject({ data: event.data });
});
