import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EXAMPLES, useExamplePlace } from './example-place.js';

const { node } = useExamplePlace();

test('a signed push starts one review, however often it is delivered; others start none', async () => {
  const { exitCode, stdout, stderr } = await node(join(EXAMPLES, 'webhook/demo.mjs'), '--json');
  expect(exitCode, stderr).toBe(0);
  const run = 'review-9f2c1e7a5b3d';
  expect(JSON.parse(stdout)).toMatchObject({
    answers: [
      { status: 202, body: { did: 'started', run } },
      { status: 202, body: { did: 'attached', run } },
      { status: 202, body: { did: 'skipped', run: null } },
      { status: 401, body: { error: 'the signature is wrong' } },
    ],
    output: {
      commit: '9f2c1e7a5b3d',
      reviewed: [{ file: 'src/cart.js' }, { file: 'src/price.js' }, { file: 'test/price.test.js' }],
    },
  });
});
