// Traces of one worker: decides which are kept, and sends their spans.
import { readFileSync } from 'node:fs';
import type { AgentLog } from '../../domain/agent/agent.js';
import { isTraceSampled, readTraceSettings } from '../../domain/trace/settings.js';
import type { SpanBatch } from '../../domain/trace/record.js';
import type { BrokerKindOf } from '../../domain/trace/publication.js';
import { spansOf } from '../../domain/trace/spans.js';
import { readableSpan, type SpanOrigin } from './readable-span.js';
import { openExporter } from './exporter.js';
import { SpanQueue } from './span-queue.js';

export interface Tracing {
  /** `traceparent`: the one that the run was given. */
  isSampled(this: void, traceId: string, traceparent: string | undefined): boolean;
  /** Resolves when the spans have been sent, or soon if they cannot be sent now. Never rejects. */
  send(this: void, batch: SpanBatch): Promise<void>;
  /** Sends what is left, if that is possible soon. */
  close(this: void): Promise<void>;
}

/** `undefined` if traces are off: then no package is loaded. `kindOf`: the kind of a broker, by its name. */
export function openTracing(environment: NodeJS.ProcessEnv, log: AgentLog, kindOf?: BrokerKindOf): Tracing | undefined {
  const settings = readTraceSettings(environment);
  if (settings === undefined) return undefined;
  for (const warning of settings.warnings) log.warn(warning);
  const queue = new SpanQueue(() => openExporter(settings.protocol), { endpoint: settings.endpoint, log });
  const origin: SpanOrigin = { resource: settings.resource, version: ownVersion() };
  const isSampled: Tracing['isSampled'] = (traceId, traceparent) => isTraceSampled(settings, traceId, traceparent);
  return {
    isSampled,
    async send(batch) {
      if (!isSampled(batch.trace, batch.traceparent)) return;
      await queue.send(spansOf(batch, kindOf).map((span) => readableSpan(batch.trace, span, origin)));
    },
    close: () => queue.close(),
  };
}

const ownVersion = (): string =>
  (JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as { version: string }).version;
