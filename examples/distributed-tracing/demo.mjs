// `node examples/distributed-tracing/demo.mjs [--json]`: one trace through a service, a program and a model.
// With OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318 the trace is also sent there.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { startModel, startReceiver, startWarehouse } from './servers.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const cli = resolve(here, '../../dist/cli/main.js');
const asJson = process.argv.includes('--json');

if (!existsSync(cli)) {
  console.error('error: baton is not built; run "npm ci" or "npm run build" first');
  process.exit(2);
}

const spans = [];
const directory = await mkdtemp(join(tmpdir(), 'baton-tracing-'));
const servers = await Promise.all([
  startWarehouse(spans),
  startModel(),
  startReceiver(spans, process.env.OTEL_EXPORTER_OTLP_ENDPOINT),
]);
try {
  const [warehouse, model, receiver] = servers;
  const config = join(directory, 'baton.config.yaml');
  const template = await readFile(join(here, 'baton.config.yaml'), 'utf8');
  await writeFile(
    config,
    template
      .replace('WAREHOUSE/', `${warehouse.url}/`)
      .replace('MODEL/', `${model.url}/`)
      .replace('shipping.mjs', JSON.stringify(join(here, 'shipping.mjs'))),
  );
  const input = JSON.stringify({ item: 'lamp', city: 'Lisbon' });
  const args = [
    'run',
    join(here, 'plan.yaml'),
    '--config',
    config,
    '--input',
    input,
    '--correlation-id',
    'order-42',
    '--json',
  ];
  const env = { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' };
  const run = spawn(process.execPath, [cli, ...args], { cwd: directory, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const [printed] = await Promise.all([text(run.stdout), once(run, 'exit')]);
  const result = JSON.parse(printed);
  if (result.status !== 'completed') throw new Error(printed);
  const trace = spans.filter(({ traceId }) => traceId === result.traceId);
  console.log(asJson ? JSON.stringify({ result, spans: trace }, null, 2) : drawTree(trace));
} finally {
  for (const server of servers) server.close();
  await rm(directory, { recursive: true, force: true });
}

/** One line for each span, below its parent, in the order of time; `← stock` are the links of a task. */
function drawTree(trace) {
  const byId = new Map(trace.map((span) => [span.id, span]));
  const began = Math.min(...trace.map(({ from }) => from));
  const draw = (span, indent, branch) => {
    const children = trace.filter(({ parent }) => parent === span.id).sort((a, b) => a.from - b.from);
    const links = span.links.map((id) => byId.get(id)?.name.replace(/^task /, ''));
    const facts = [
      ...(links.length === 0 ? [] : [`← ${links.join(', ')}`]),
      ...(span.error === undefined ? [] : [`failed: ${span.attributes['error.type']}`]),
      ...(span.attributes['gen_ai.usage.output_tokens'] === undefined || !span.name.startsWith('chat')
        ? []
        : [
            `${span.attributes['gen_ai.usage.input_tokens']} tokens in, ${span.attributes['gen_ai.usage.output_tokens']} out`,
          ]),
    ];
    const times = `${String(span.from - began).padStart(6)} ms ${String(span.to - span.from).padStart(6)} ms`;
    const rest = indent + (branch === '├─ ' ? '│  ' : branch === '' ? '' : '   ');
    return [
      `${times}  ${indent}${branch}${[span.name, ...facts].join('  ')}`,
      ...children.flatMap((child, at) => draw(child, rest, at === children.length - 1 ? '└─ ' : '├─ ')),
    ];
  };
  const roots = trace.filter(({ parent }) => parent === undefined || parent === '' || !byId.has(parent));
  return [`trace ${trace[0].traceId}`, '    begins     takes', ...roots.flatMap((root) => draw(root, '', ''))].join(
    '\n',
  );
}
