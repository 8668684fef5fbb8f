// Writes baton.json, the Grafana dashboard, from queries.ts: `npm run dashboard`.
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { DashboardBuilder, DatasourceVariableBuilder, RowBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as StatesBuilder } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as SeriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { format } from 'prettier';
import { ROWS, type Panel } from './queries.js';

const SOURCE = { type: 'prometheus', uid: '${datasource}' };
const BUILDERS = { timeseries: SeriesBuilder, states: StatesBuilder, stat: StatBuilder } as const;

function panel({ title, description, unit, kind = 'timeseries', queries }: Panel) {
  const builder = new BUILDERS[kind]();
  builder
    .title(title)
    .description(description)
    .unit(unit)
    .datasource(SOURCE)
    .span(kind === 'stat' ? 8 : 8)
    .height(8);
  queries.forEach(({ expr, legend }, index) => {
    const query = new DataqueryBuilder()
      .expr(expr)
      .legendFormat(legend)
      .refId(String.fromCharCode(65 + index));
    builder.withTarget(query.datasource(SOURCE));
  });
  return builder;
}

export async function dashboardJson(): Promise<string> {
  const builder = new DashboardBuilder('Baton')
    .uid('baton')
    .tags(['baton', 'temporal'])
    .refresh('30s')
    .time({ from: 'now-1h', to: 'now' })
    .withVariable(new DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'));
  for (const { title, panels } of ROWS) {
    builder.withRow(new RowBuilder(title));
    for (const one of panels) builder.withPanel(panel(one));
  }
  return await format(JSON.stringify(builder.build()), { parser: 'json', printWidth: 120 });
}

const path = fileURLToPath(new URL('baton.json', import.meta.url));
if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(path, await dashboardJson());
