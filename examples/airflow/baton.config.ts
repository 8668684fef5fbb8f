// `ledger` is a DAG of Airflow. The other agents are functions, called by plans of both directions.
import { airflowAgent, AgentError, defineConfig, functionAgent } from 'baton-orchestrator';
import { z } from 'zod';

const FINDINGS: Readonly<Record<string, readonly string[]>> = {
  finances: ['paid late in March', 'paid late in June'],
  lawsuits: ['a dispute about a patent'],
  news: [],
  sanctions: [],
};

export default defineConfig({
  agents: [
    airflowAgent({
      type: 'ledger',
      description: 'Adds up the invoices of a company; the output is the XCom of the task "total"',
      url: process.env['AIRFLOW_URL'] ?? 'http://127.0.0.1:8080',
      dag: 'ledger',
      auth: { username: 'admin', password: { env: 'AIRFLOW_PASSWORD' } },
      result: 'total',
    }),
    functionAgent({
      type: 'search',
      input: z.object({ company: z.string(), aspect: z.string() }),
      output: z.object({ findings: z.array(z.string()) }),
      run: ({ aspect }) => {
        const findings = FINDINGS[aspect];
        if (findings === undefined)
          throw new AgentError(`there is no source for ${JSON.stringify(aspect)}`, { type: 'AgentRefused' });
        return { findings: [...findings] };
      },
    }),
    functionAgent({
      type: 'rate',
      input: z.object({ findings: z.array(z.string()) }),
      output: z.object({ risk: z.int() }),
      run: ({ findings }) => ({ risk: findings.length }),
    }),
    functionAgent({
      type: 'write-report',
      input: z.object({
        company: z.string(),
        analyses: z.array(z.object({ aspect: z.string(), risk: z.int() })),
        screening: z.array(z.string()),
      }),
      output: z.object({ text: z.string() }),
      run: ({ company, analyses, screening }) => {
        const risks = analyses.map(({ aspect, risk }) => `${aspect} ${risk}`).join(', ');
        return { text: `${company}: ${risks}; ${screening.length === 0 ? 'not on a list' : screening.join(', ')}` };
      },
    }),
    functionAgent({
      type: 'compare',
      input: z.object({ companies: z.array(z.string()), ledgers: z.array(z.object({ total: z.int() })) }),
      output: z.object({ text: z.string() }),
      run: ({ companies, ledgers }) => {
        const totals = companies.map((company, index) => ({ company, total: ledgers[index]?.total ?? 0 }));
        const [first] = totals.toSorted((a, b) => b.total - a.total);
        return { text: `${first?.company}: ${first?.total}` };
      },
    }),
  ],
});
