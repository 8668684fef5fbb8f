// The exporter of OpenTelemetry for the protocol that is configured. The packages are optional: each is loaded when it is needed.
import type { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import type { Protocol } from '../../domain/trace/settings.js';
import { systemCodeOf } from '../../system/system-error.js';

export type ReadableSpan = Parameters<OTLPTraceExporter['export']>[0][number];

export type SpanExporter = Pick<OTLPTraceExporter, 'export' | 'shutdown'>;

interface Package {
  readonly name: string;
  /** All of them export a class of this name, which reads its settings from the environment. */
  load(this: void): Promise<unknown>;
}

const GRPC = '@opentelemetry/exporter-trace-otlp-grpc';

const PACKAGES: Readonly<Record<Protocol, Package>> = {
  'http/protobuf': {
    name: '@opentelemetry/exporter-trace-otlp-proto',
    load: () => import('@opentelemetry/exporter-trace-otlp-proto'),
  },
  'http/json': {
    name: '@opentelemetry/exporter-trace-otlp-http',
    load: () => import('@opentelemetry/exporter-trace-otlp-http'),
  },
  grpc: { name: GRPC, load: () => import(GRPC) },
};

/** Rejects if the package is not installed, or if the settings of the exporter are wrong. */
export async function openExporter(protocol: Protocol): Promise<SpanExporter> {
  const { name, load } = PACKAGES[protocol];
  try {
    const { OTLPTraceExporter: Exporter } = (await load()) as { readonly OTLPTraceExporter: new () => SpanExporter };
    return new Exporter();
  } catch (error) {
    const code = systemCodeOf(error);
    if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') throw error;
    throw new Error(`the package "${name}" is not installed: npm install ${name} @opentelemetry/api`, {
      cause: error,
    });
  }
}
