import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { urlOf, withSystem } from '../support/systems.js';
import { EXAMPLES, useExamplePlace } from './example-place.js';

interface Told {
  readonly dag: { readonly state: string; readonly published: string; readonly runs: readonly string[] };
  readonly plan: unknown;
}

describe.skipIf(urlOf('airflow') === undefined)(withSystem('airflow', 'Airflow'), () => {
  const { node } = useExamplePlace();

  test(
    'a DAG coordinates runs and passes their outputs by XCom, and a plan coordinates runs of a DAG',
    { timeout: 600_000 },
    async () => {
      const { exitCode, stdout, stderr } = await node(join(EXAMPLES, 'airflow/demo.mjs'), '--json');
      expect(exitCode, stderr).toBe(0);
      const { dag, plan } = JSON.parse(stdout) as Told;
      expect(dag).toMatchObject({
        state: 'success',
        published: 'ACME: finances 2, lawsuits 1, news 0; not on a list',
      });
      // One run for each instance of the mapped task, one for the report, and the one that the sensor has waited for.
      const tasks = ['analyse-0', 'analyse-1', 'analyse-2', 'report'];
      expect(dag.runs).toEqual([
        ...tasks.map((task) => expect.stringMatching(`^airflow-due_diligence-manual__.*-${task}$`) as unknown),
        'screening-acme',
      ]);
      expect(plan).toEqual({
        status: 'completed',
        output: 'Initech: 300',
        ledgers: [
          { invoices: 3, total: 245 },
          { invoices: 1, total: 300 },
          { invoices: 4, total: 100 },
        ],
      });
    },
  );
});
