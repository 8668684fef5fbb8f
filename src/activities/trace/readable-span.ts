// A span in the form that OpenTelemetry's exporters take. Baton makes its spans without the SDK, because it derives their ids.
import type { ReadableSpan } from './exporter.js';
import type { Attributes, Span } from '../../domain/trace/spans.js';

export interface SpanOrigin {
  /** Attributes of the process. The same object for all spans of a process: exporters group by it. */
  readonly resource: Readonly<Record<string, string>>;
  /** That of Baton. */
  readonly version: string;
}

/** Values of the enumerations `SpanKind` and `SpanStatusCode` of `@opentelemetry/api`. */
const KIND = { internal: 0, client: 2, producer: 3 } as const;
const STATUS = { unset: 0, error: 2 } as const;

/** Only spans that are sampled are exported. */
const SAMPLED = 1;

export function readableSpan(traceId: string, span: Span, { resource, version }: SpanOrigin): ReadableSpan {
  const { name, kind, id, parent, from, to, attributes, links, error } = span;
  const contextOf = (spanId: string) => ({ traceId, spanId, traceFlags: SAMPLED });
  return {
    name,
    kind: KIND[kind],
    spanContext: () => contextOf(id),
    ...(parent === undefined ? {} : { parentSpanContext: contextOf(parent) }),
    startTime: hrTime(from),
    endTime: hrTime(to),
    duration: hrTime(to - from),
    ended: true,
    status: error === undefined ? { code: STATUS.unset } : { code: STATUS.error, message: error },
    attributes: attributes as { -readonly [K in keyof Attributes]: Exclude<Attributes[K], readonly string[]> },
    links: links.map((link) => ({ context: contextOf(link) })),
    events: [],
    resource: resourceOf(resource),
    instrumentationScope: { name: 'baton-orchestrator', version },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

/** Seconds and nanoseconds. */
const hrTime = (ms: number): [number, number] => [Math.floor(ms / 1000), (ms % 1000) * 1_000_000];

const resources = new WeakMap<object, ReadableSpan['resource']>();

/** The version of the semantic conventions that names and attributes follow. */
const SCHEMA_URL = 'https://opentelemetry.io/schemas/1.41.0';

function resourceOf(attributes: SpanOrigin['resource']): ReadableSpan['resource'] {
  const known = resources.get(attributes);
  if (known !== undefined) return known;
  const resource: ReadableSpan['resource'] = {
    attributes,
    schemaUrl: SCHEMA_URL,
    merge: () => resource,
    getRawAttributes: () => Object.entries(attributes),
  };
  resources.set(attributes, resource);
  return resource;
}
