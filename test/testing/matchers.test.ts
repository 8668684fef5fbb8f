import { AssertionError } from 'node:assert';
import { expect as jestExpect } from 'expect';
import { expect, test } from 'vitest';
import {
  assertCalled,
  assertCalledInOrder,
  assertCalledOnly,
  assertNeverCalled,
  assertUsedAtMost,
  runMatchers,
  type RunMatchers,
} from '../../src/testing.js';
import { recordedRun } from './recorded-run.js';

declare module 'vitest' {
  // The names of the type parameters are those of Vitest and of Jest.
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type, @typescript-eslint/no-explicit-any
  interface Matchers<T = any> extends RunMatchers<T> {}
}
declare module 'expect' {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type, @typescript-eslint/no-unused-vars
  interface Matchers<R extends void | Promise<void>, T = unknown> extends RunMatchers<R> {}
}
expect.extend(runMatchers);
jestExpect.extend(runMatchers);

const order = await recordedRun([
  ['charge', 'charge', { cents: 500, card: { last4: '4242', brand: 'visa' } }],
  ['charge', 'charge', { cents: 500, card: { last4: '4242', brand: 'visa' } }],
  ['ship', 'ship[0]', { to: 'Kiel', parcels: [1, 2] }],
  ['ship', 'ship[1]', { to: 'Bonn', parcels: [3] }],
]);

/** The message without colours, as a person reads it. */
function messageOf(check: () => void): string {
  try {
    check();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('the check did not throw');
}

test('the matchers hold for a run that called its agents as expected, in Vitest and in Jest', () => {
  for (const run of [expect(order), jestExpect(order)] as RunMatchers[]) {
    run.toHaveCalled('charge', { times: 1, input: { cents: 500, card: { brand: 'visa' } } });
    run.toHaveCalled('ship', { times: 2 });
    run.toHaveCalled('ship', { input: { parcels: [1, 2] } });
    run.toHaveCalledOnly(['ship', 'charge']);
    run.toHaveCalledInOrder(['charge', 'ship', 'ship']);
    run.toHaveNeverCalled('refund');
    run.toHaveUsedAtMost({ calls: 4, usd: 0 });
  }
  expect(order).not.toHaveCalled('refund');
  expect(order).not.toHaveCalled('ship', { input: { to: 'Ulm' } });
  expect(order).not.toHaveCalledInOrder(['ship', 'charge']);
});

test('matchers of the test runner may be within an expected input', () => {
  const input = { cents: expect.any(Number) as unknown, card: expect.objectContaining({ brand: 'visa' }) as unknown };
  expect(order).toHaveCalled('charge', { input });
  assertCalled(order, 'charge', { input: { cents: jestExpect.any(Number) } });
  expect(messageOf(() => assertCalled(order, 'charge', { input: { cents: expect.any(String) as unknown } }))).toContain(
    'charge: input.cents: expected Any<String>, got 500',
  );
});

test('the functions throw an AssertionError that says what was expected and which calls the run made', () => {
  assertCalled(order, 'charge', { times: 1 });
  assertCalledOnly(order, ['charge', 'ship']);
  assertCalledInOrder(order, ['charge', 'ship']);
  assertNeverCalled(order, 'refund');
  assertUsedAtMost(order, { calls: 4 });
  expect(() => assertNeverCalled(order, 'ship')).toThrow(AssertionError);
  expect(messageOf(() => assertCalled(order, 'ship', { input: { to: 'Ulm', parcels: [1] } }))).toMatchInlineSnapshot(`
    "run "order-1" of the plan "order": expected a call of the agent "ship" with the input {"to":"Ulm","parcels":[1]}, got 0 calls
      ship[0]: input.to: expected "Ulm", got "Kiel"; input.parcels: expected a list of 1, got one of 2: [1,2]
      ship[1]: input.to: expected "Ulm", got "Bonn"; input.parcels[0]: expected 1, got 3
    calls of the run, in the order in which they began:
      1. charge for the task charge, input {"cents":500,"card":{"last4":"4242","brand":"visa"}}, 2 attempts
      2. ship for the task ship[0], input {"to":"Kiel","parcels":[1,2]}
      3. ship for the task ship[1], input {"to":"Bonn","parcels":[3]}"
  `);
  expect(messageOf(() => assertCalled(order, 'refund'))).toMatchInlineSnapshot(`
    "run "order-1" of the plan "order": expected a call of the agent "refund", got 0 calls
    calls of the run, in the order in which they began:
      1. charge for the task charge, input {"cents":500,"card":{"last4":"4242","brand":"visa"}}, 2 attempts
      2. ship for the task ship[0], input {"to":"Kiel","parcels":[1,2]}
      3. ship for the task ship[1], input {"to":"Bonn","parcels":[3]}"
  `);
  expect(messageOf(() => assertCalled(order, 'ship', { times: 3 }))).toMatchInlineSnapshot(`
    "run "order-1" of the plan "order": expected 3 calls of the agent "ship", got 2 calls
    calls of the run, in the order in which they began:
      1. charge for the task charge, input {"cents":500,"card":{"last4":"4242","brand":"visa"}}, 2 attempts
      2. ship for the task ship[0], input {"to":"Kiel","parcels":[1,2]}
      3. ship for the task ship[1], input {"to":"Bonn","parcels":[3]}"
  `);
  expect(messageOf(() => assertNeverCalled(order, 'ship'))).toMatchInlineSnapshot(`
    "run "order-1" of the plan "order": expected no call of the agent "ship", got 2 calls
    calls of the run, in the order in which they began:
      1. charge for the task charge, input {"cents":500,"card":{"last4":"4242","brand":"visa"}}, 2 attempts
      2. ship for the task ship[0], input {"to":"Kiel","parcels":[1,2]}
      3. ship for the task ship[1], input {"to":"Bonn","parcels":[3]}"
  `);
  expect(messageOf(() => assertCalledOnly(order, ['charge', 'refund']))).toMatchInlineSnapshot(`
    "run "order-1" of the plan "order": expected calls of exactly the agents "charge", "refund"
      not called: "refund"
      called, but not expected: "ship"
    calls of the run, in the order in which they began:
      1. charge for the task charge, input {"cents":500,"card":{"last4":"4242","brand":"visa"}}, 2 attempts
      2. ship for the task ship[0], input {"to":"Kiel","parcels":[1,2]}
      3. ship for the task ship[1], input {"to":"Bonn","parcels":[3]}"
  `);
  expect(messageOf(() => assertCalledInOrder(order, ['ship', 'charge']))).toMatchInlineSnapshot(`
    "run "order-1" of the plan "order": expected calls in the order "ship", then "charge"
      there is no call of "charge" after that of "ship"
    calls of the run, in the order in which they began:
      1. charge for the task charge, input {"cents":500,"card":{"last4":"4242","brand":"visa"}}, 2 attempts
      2. ship for the task ship[0], input {"to":"Kiel","parcels":[1,2]}
      3. ship for the task ship[1], input {"to":"Bonn","parcels":[3]}"
  `);
  expect(messageOf(() => assertUsedAtMost(order, { calls: 3, usd: 0.5 }))).toMatchInlineSnapshot(`
    "run "order-1" of the plan "order": expected at most 3 calls, got 4 calls
    calls of the run, in the order in which they began:
      1. charge for the task charge, input {"cents":500,"card":{"last4":"4242","brand":"visa"}}, 2 attempts
      2. ship for the task ship[0], input {"to":"Kiel","parcels":[1,2]}
      3. ship for the task ship[1], input {"to":"Bonn","parcels":[3]}"
  `);
});

test('a negated matcher says what was not expected', () => {
  expect(messageOf(() => expect(order).not.toHaveCalled('ship', { times: 2 }))).toMatchInlineSnapshot(`
    "run "order-1" of the plan "order": expected another number than 2 calls of the agent "ship", got 2 calls
    calls of the run, in the order in which they began:
      1. charge for the task charge, input {"cents":500,"card":{"last4":"4242","brand":"visa"}}, 2 attempts
      2. ship for the task ship[0], input {"to":"Kiel","parcels":[1,2]}
      3. ship for the task ship[1], input {"to":"Bonn","parcels":[3]}"
  `);
  expect(messageOf(() => expect(order).not.toHaveCalledOnly(['charge', 'ship']))).toMatchInlineSnapshot(`
    "run "order-1" of the plan "order": expected calls of other agents than "charge", "ship"
    calls of the run, in the order in which they began:
      1. charge for the task charge, input {"cents":500,"card":{"last4":"4242","brand":"visa"}}, 2 attempts
      2. ship for the task ship[0], input {"to":"Kiel","parcels":[1,2]}
      3. ship for the task ship[1], input {"to":"Bonn","parcels":[3]}"
  `);
  expect(messageOf(() => expect(order).not.toHaveCalledInOrder(['charge', 'ship']))).toMatchInlineSnapshot(`
    "run "order-1" of the plan "order": expected no calls in the order "charge", then "ship"
    calls of the run, in the order in which they began:
      1. charge for the task charge, input {"cents":500,"card":{"last4":"4242","brand":"visa"}}, 2 attempts
      2. ship for the task ship[0], input {"to":"Kiel","parcels":[1,2]}
      3. ship for the task ship[1], input {"to":"Bonn","parcels":[3]}"
  `);
  expect(messageOf(() => expect(order).not.toHaveUsedAtMost({ calls: 9, tokens: 5 }))).toMatchInlineSnapshot(`
    "run "order-1" of the plan "order": expected more than 9 calls, got 4 calls; more than 5 tokens, got 0 tokens
    calls of the run, in the order in which they began:
      1. charge for the task charge, input {"cents":500,"card":{"last4":"4242","brand":"visa"}}, 2 attempts
      2. ship for the task ship[0], input {"to":"Kiel","parcels":[1,2]}
      3. ship for the task ship[1], input {"to":"Bonn","parcels":[3]}"
  `);
});

test('a run that failed is named as the reason for calls that are missing', async () => {
  const failed = await recordedRun([], {
    status: 'failed',
    failure: { type: 'TaskFailed', message: 'task charge failed: the card was declined' },
  });
  expect(messageOf(() => assertCalled(failed, 'ship'))).toMatchInlineSnapshot(`
    "run "order-1" of the plan "order": expected a call of the agent "ship", got 0 calls
    the run failed: TaskFailed: task charge failed: the card was declined
    no agent was called"
  `);
});

test('a call with many others is reported with the first of them', async () => {
  const many = await recordedRun(Array.from({ length: 1000 }, (_, i) => ['ship', `ship[${i}]`, { to: i }]));
  const message = messageOf(() => assertCalled(many, 'ship', { input: { to: 'Kiel' } }));
  expect(message.split('\n').length).toBeLessThan(50);
  expect(message).toContain('… and 980 more');
});

test('an agent that the test does not have, and a value that is not a result of the test, are refused', () => {
  expect(messageOf(() => assertNeverCalled(order, 'refnd'))).toMatchInlineSnapshot(
    `"expected the type of an agent of this test, got "refnd"; did you mean "refund"?"`,
  );
  expect(messageOf(() => expect(order).not.toHaveCalled('shop'))).toMatchInlineSnapshot(
    `"expected the type of an agent of this test, got "shop"; did you mean "ship"?"`,
  );
  const { calls: _, ...bare } = order;
  expect(messageOf(() => expect(bare).toHaveCalled('ship'))).toMatchInlineSnapshot(
    `"expected a result with its calls, from run() or result() of testBaton, got {"runId":"order-1","plan":"order","status":"completed","output":null,"failure":…; in place of run.result(), await result(run)"`,
  );
  expect(messageOf(() => assertUsedAtMost(order, {}))).toMatchInlineSnapshot(
    `"expected a limit such as { usd: 0.05, tokens: 1000, calls: 3 }, got {}"`,
  );
});
