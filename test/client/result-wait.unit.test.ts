import { setImmediate } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { waitWithin } from '../../src/client/result-wait.js';

test('waitWithin: a long wait with many requests causes no warning of Node.js', async () => {
  const warned = vi.fn();
  process.on('warning', warned);
  try {
    const { signal } = new AbortController();
    const wait = (stop: AbortSignal | undefined): Promise<string> => {
      // As the SDK does for each request.
      for (let request = 0; request < 50; request++) stop!.addEventListener('abort', () => undefined);
      return Promise.resolve('done');
    };
    expect(await waitWithin('r-1', { signal }, wait)).toBe('done');
    await setImmediate();
    expect(warned).not.toHaveBeenCalled();
  } finally {
    process.off('warning', warned);
  }
});
