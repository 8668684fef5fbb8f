import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EXAMPLES, useExamplePlace } from './example-place.js';

const hasPython = spawnSync('python3', ['--version']).status === 0;

interface Told {
  readonly refused: readonly string[];
  readonly runs: readonly { readonly run: string; readonly attempts: Readonly<Record<string, number>> }[];
}

describe.skipIf(!hasPython)(hasPython ? 'agents in Python' : 'agents in Python: skipped, there is no python3', () => {
  const { node } = useExamplePlace();

  test(
    'a killed worker loses nothing, a declined order is undone, a wrong one is refused',
    { timeout: 240_000 },
    async () => {
      const { exitCode, stdout, stderr } = await node(join(EXAMPLES, 'python-agents', 'demo.mjs'), '--json');
      expect(exitCode, stderr).toBe(0);
      const { refused, runs } = JSON.parse(stdout) as Told;
      expect(refused).toContain('input.lines: expected to be array, got "apples"');
      expect(runs).toEqual([
        expect.objectContaining({ run: 'order-paid', status: 'completed', output: 'paid-500', undone: [] }),
        expect.objectContaining({ run: 'order-declined', status: 'failed', output: null, undone: ['reserve'] }),
      ]);
      expect(runs.map(({ attempts }) => attempts)).toEqual([
        { reserve: 2, charge: 2 },
        { reserve: 1, charge: 2 },
      ]);
    },
  );
});
