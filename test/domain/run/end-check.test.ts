import { expect, test } from 'vitest';
import { MAX_STORED_VALUE_BYTES } from '../../../src/domain/json/byte-size.js';
import type { Plan, Task } from '../../../src/domain/plan/plan.js';
import { checkEnd } from '../../../src/domain/run/end-check.js';

const many = (count: number, task: Task = { agent: 'x' }): Plan => ({
  name: 'p',
  tasks: Object.fromEntries(Array.from({ length: count }, (_, i) => [`t${i}`, task])),
});

test('end check: a run that must have several histories and carries more than a payload cannot end', () => {
  const { problem } = checkEnd({ plan: many(17_000) });
  expect(problem).toMatch(
    /^the run cannot end: 17000 calls make at least 51000 events, one history has room for 40000, and what the run carries into the next is at least \d+ bytes of JSON, at most 2031616 fit into one payload$/,
  );
  expect(checkEnd({ plan: many(17_000), valueLimit: MAX_STORED_VALUE_BYTES })).toEqual({});
});

test('end check: a run that fits into one history only if its calls run at the same time is warned of', () => {
  expect(checkEnd({ plan: many(13_000, { agent: 'x', needs: [] }), input: 'x'.repeat(600_000) })).toMatchObject({
    warning: expect.stringContaining('the run may not end: 13000 calls make up to 78000 events') as string,
  });
  expect(checkEnd({ plan: many(1_000) })).toEqual({});
});

test('end check: items are counted if they are a list or a path into the input', () => {
  const forEach = { items: '{% $input.docs %}', max: 100_000 };
  const plan: Plan = { name: 'p', tasks: { each: { agent: 'x', forEach } } };
  const docs = Array.from({ length: 50_000 }, (_, id) => ({ id }));
  expect(checkEnd({ plan, input: { docs } }).problem).toContain('50000 calls make at least 150000 events');
  expect(checkEnd({ plan, input: { docs: docs.slice(0, 1000) } })).toEqual({});
  expect(checkEnd({ plan, input: {} })).toEqual({});
});

test('end check: declared sizes of outputs that one history has no room for are warned of', () => {
  const agents = { x: { maxOutput: '1MB' } };
  expect(checkEnd({ plan: many(40), agents })).toEqual({});
  expect(checkEnd({ plan: many(50), agents }).warning).toBe(
    'the run may not end: its agents may answer 50000000 bytes (maxOutput), one history has room for 41943040, and at most 2031616 bytes that later tasks read are carried into the next',
  );
});
