import { expect, test } from 'vitest';
import { useTimeSkipping } from '../support/temporal.js';

const temporal = useTimeSkipping();

test.each([1, 2, 3, 4])('a diamond runs %i', async () => {
  const result = await temporal.run({
    name: 'diamond',
    tasks: {
      a: { agent: 'echo', input: 1 },
      b: { agent: 'echo', input: '{% $tasks.a.output + 1 %}' },
      c: { agent: 'echo', input: '{% $tasks.a.output + 2 %}' },
      d: { agent: 'echo', input: '{% [$tasks.b.output, $tasks.c.output] %}' },
    },
    output: '{% $tasks.d.output %}',
  });
  expect(result).toMatchObject({ status: 'completed', output: [2, 3] });
});
test('a wait of a day', async () => {
  const result = await temporal.run({
    name: 'w',
    tasks: { a: { wait: '1d' } },
  });
  expect(result).toMatchObject({ status: 'completed' });
});
test('pause', async () => {
  const { run, result } = await temporal.start({
    name: 'w',
    tasks: { a: { wait: '1d' }, b: { agent: 'echo', needs: ['a'] } },
  });
  await run.pause();
  expect((await run.snapshot()).status).toBe('paused');
  await run.resume();
  expect(await result()).toMatchObject({ status: 'completed' });
});
