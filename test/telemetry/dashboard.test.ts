import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { dashboardJson } from '../../deploy/grafana/dashboard.js';
import { ROWS } from '../../deploy/grafana/queries.js';

const read = (name: string): string => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly { readonly alert: string; readonly annotations: { runbook: string } }[];
  }[];
}
interface RuleTests {
  readonly tests: readonly {
    readonly name: string;
    readonly alert_rule_test: readonly { readonly alertname: string; readonly exp_alerts: readonly unknown[] }[];
  }[];
}

const alerts = (parse(read('deploy/prometheus/rules.yml')) as Rules).groups.flatMap(({ rules }) => rules);

test('deploy/grafana/baton.json is what npm run dashboard writes', async () => {
  expect(await dashboardJson()).toBe(read('deploy/grafana/baton.json'));
});

test('the dashboard has a panel for each of the six metrics that matter', () => {
  expect(ROWS[0]?.panels.map(({ title }) => title)).toEqual([
    'Task queue depth',
    'Agent utilization',
    'Task success rate',
    'Average task duration',
    'Circuit breakers',
    'Error rate by agent',
  ]);
});

test('each alert has a case in which it fires, one in which it does not, and a section of the runbook', () => {
  const { tests } = parse(read('deploy/prometheus/rules_test.yml')) as RuleTests;
  const cases = tests.flatMap((one) => one.alert_rule_test);
  const sections = [...read('docs/operations.md').matchAll(/^### (?<name>\w+)$/gm)].map(
    ({ groups }) => groups!['name'],
  );
  for (const { alert, annotations } of alerts) {
    const fires = cases
      .filter(({ alertname }) => alertname === alert)
      .map(({ exp_alerts: expected }) => expected.length > 0);
    expect(fires.toSorted(), alert).toEqual([false, true]);
    expect(sections, alert).toContain(alert);
    expect(annotations.runbook).toBe(`docs/operations.md#${alert.toLowerCase()}`);
  }
  expect(sections.toSorted()).toEqual(alerts.map(({ alert }) => alert).toSorted());
});
