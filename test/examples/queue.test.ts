import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { urlOf, withSystem } from '../support/systems.js';
import { EXAMPLES, useExamplePlace } from './example-place.js';

interface Told {
  readonly status: string;
  readonly texts: number;
  readonly words: number;
  readonly python: number;
  readonly node: number;
}

describe.skipIf(urlOf('redis') === undefined)(withSystem('redis', 'an agent behind a queue'), () => {
  const { node } = useExamplePlace();

  test('consumers in Python and Node.js share the requests, and answer that of a consumer that was killed', async () => {
    // It starts a Redis of its own.
    const { exitCode, stdout, stderr } = await node(join(EXAMPLES, 'queue/demo.mjs'), '--json');
    expect(exitCode, stderr).toBe(0);
    const { status, texts, words, python, node: byNode } = JSON.parse(stdout) as Told;
    expect(status).toBe('completed');
    expect(python + byNode).toBe(texts);
    expect(Math.min(python, byNode)).toBeGreaterThan(0);
    expect(words).toBeGreaterThan(texts);
  });
});
