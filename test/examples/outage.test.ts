import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { EXAMPLES, useExamplePlace } from './example-place.js';

const { node } = useExamplePlace();

const Telling = z.object({ reached: z.number(), completed: z.number(), seconds: z.number() });
const Story = z.object({
  runs: z.literal(200),
  workers: z.literal(3),
  bound: z.literal(90),
  withBreaker: Telling,
  without: Telling,
});

test('with a breaker few calls reach a service that is down, and all runs complete when it is back', async () => {
  const { exitCode, stdout, stderr } = await node(join(EXAMPLES, 'outage/demo.mjs'), '--json');
  expect(exitCode, stderr).toBe(0);
  const { bound, withBreaker, without } = Story.parse(JSON.parse(stdout));
  expect([withBreaker.completed, without.completed]).toEqual([200, 200]);
  expect(withBreaker.reached).toBeLessThanOrEqual(bound);
  expect(without.reached).toBeGreaterThan(3 * bound);
  // The timeline tells the same story.
  expect(stderr).toMatch(/down .* open /);
  expect(stderr).toMatch(/up .* closed {4}200 of 200/);
}, 400_000);
