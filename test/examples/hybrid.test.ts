import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { urlOf } from '../support/systems.js';
import { EXAMPLES, useExamplePlace } from './example-place.js';

const NEEDED = ['airflow', 'prefect', 'celery', 'step-functions'];
const missing = NEEDED.filter((name) => urlOf(name) === undefined);
const hasPython = spawnSync('python3', ['--version']).status === 0;
const isSkipped = missing.length > 0 || !hasPython;
const why = hasPython ? `npm run systems -- up ${missing.join(' ')}` : 'there is no python3';

interface Told {
  readonly undone: readonly string[];
  readonly outputs: Readonly<Record<string, unknown>>;
}

describe.skipIf(isSkipped)(
  isSkipped ? `one plan over six systems (skipped: ${why})` : 'one plan over six systems',
  () => {
    const { node } = useExamplePlace();

    test(
      'each does its task, and what five have done is undone when the last one declines',
      { timeout: 300_000 },
      async () => {
        const { exitCode, stdout, stderr } = await node(join(EXAMPLES, 'hybrid/demo.mjs'), '--json');
        expect(exitCode, stderr).toBe(0);
        const [march, april] = JSON.parse(stdout) as Told[];
        expect(march).toMatchObject({ status: 'completed', output: 'March: 14', undone: [] });
        expect(march?.outputs).toMatchObject({
          extract: { total: 7 },
          estimate: { total: 7 },
          total: 14,
          settle: { month: 'March', total: 14 },
          check: { text: 'March: 14' },
        });
        expect(april).toMatchObject({ status: 'failed', output: null });
        expect(april?.undone.slice(0, 3)).toEqual(['check', 'settle', 'total']);
        expect([...(april?.undone ?? [])].sort()).toEqual(['check', 'estimate', 'extract', 'settle', 'total']);
      },
    );
  },
);
