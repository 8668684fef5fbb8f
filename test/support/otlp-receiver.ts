// A receiver of traces: an HTTP server that takes OTLP as Protocol Buffers or JSON, and keeps the spans.
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';

export interface ReceivedSpan {
  readonly traceId: string;
  readonly id: string;
  readonly parent: string | undefined;
  readonly name: string;
  /** `SpanKind` of the protocol: 1 internal, 3 client, 4 producer. */
  readonly kind: number | undefined;
  readonly from: number;
  readonly to: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Ids of spans. */
  readonly links: readonly string[];
  readonly error: string | undefined;
  readonly resource: Readonly<Record<string, unknown>>;
}

export interface OtlpReceiver {
  readonly url: string;
  /** In the order of arrival; one that was sent again is there twice. */
  readonly received: ReceivedSpan[];
  readonly requests: { readonly headers: IncomingHttpHeaders; readonly path: string }[];
  /** One for each id, the first that arrived. */
  spans(this: void): ReceivedSpan[];
  close(this: void): Promise<void>;
}

interface Value {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: string | number;
  readonly doubleValue?: number;
  readonly arrayValue?: { readonly values?: readonly Value[] };
}
interface KeyValue {
  readonly key: string;
  readonly value?: Value;
}
interface WireSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind?: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes?: readonly KeyValue[];
  readonly links?: readonly { readonly spanId: string }[];
  readonly status?: { readonly code?: number; readonly message?: string };
}
interface WireRequest {
  readonly resourceSpans?: readonly {
    readonly resource?: { readonly attributes?: readonly KeyValue[] };
    readonly scopeSpans?: readonly { readonly spans?: readonly WireSpan[] }[];
  }[];
}

const definitions = fileURLToPath(new URL('../fixtures/otlp/trace.proto', import.meta.url));

/** `port`: default a free one. */
export async function startOtlpReceiver(port = 0): Promise<OtlpReceiver> {
  const type = (await protobuf.load(definitions)).lookupType('ExportTraceServiceRequest');
  const received: ReceivedSpan[] = [];
  const requests: OtlpReceiver['requests'] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      requests.push({ headers: request.headers, path: request.url ?? '' });
      const body = Buffer.concat(parts);
      const isJson = request.headers['content-type'] === 'application/json';
      const content = isJson
        ? (JSON.parse(body.toString()) as WireRequest)
        : (type.toObject(type.decode(body), { longs: String, bytes: String }) as WireRequest);
      received.push(...spansIn(content));
      response.writeHead(200, { 'content-type': request.headers['content-type'] }).end(isJson ? '{}' : '');
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${address.port}`,
    received,
    requests,
    spans: () =>
      [...new Map([...received].reverse().map((span) => [`${span.traceId} ${span.id}`, span])).values()].reverse(),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const spansIn = ({ resourceSpans = [] }: WireRequest): ReceivedSpan[] =>
  resourceSpans.flatMap(({ resource, scopeSpans = [] }) =>
    scopeSpans.flatMap(({ spans = [] }) =>
      spans.map((span) => ({
        traceId: idOf(span.traceId),
        id: idOf(span.spanId),
        parent: span.parentSpanId === undefined || span.parentSpanId === '' ? undefined : idOf(span.parentSpanId),
        name: span.name,
        kind: span.kind,
        from: Number(BigInt(span.startTimeUnixNano) / 1_000_000n),
        to: Number(BigInt(span.endTimeUnixNano) / 1_000_000n),
        attributes: valuesOf(span.attributes),
        links: (span.links ?? []).map(({ spanId }) => idOf(spanId)),
        error: span.status?.code === 2 ? (span.status.message ?? '') : undefined,
        resource: valuesOf(resource?.attributes),
      })),
    ),
  );

/** In JSON an id is hexadecimal; protobufjs gives bytes in base64. */
const idOf = (id: string): string =>
  /^([\da-f]{16}|[\da-f]{32})$/.test(id) ? id : Buffer.from(id, 'base64').toString('hex');

const valuesOf = (attributes: readonly KeyValue[] = []): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, valueOf(value ?? {})]));

function valueOf({ stringValue, boolValue, intValue, doubleValue, arrayValue }: Value): unknown {
  if (arrayValue !== undefined) return (arrayValue.values ?? []).map(valueOf);
  return stringValue ?? boolValue ?? (intValue === undefined ? doubleValue : Number(intValue));
}
