// The exporter of OpenTelemetry for the protocol that is configured. The packages are optional: each is loaded when it is needed.
import type { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import type { Protocol } from '../../domain/trace/settings.js';
import { systemCodeOf } from '../../system/system-error.js';

export type ReadableSpan = Parameters<OTLPTraceExporter['export']>[0][number];

export type SpanExporter = Pick<OTLPTraceExporter, 'export' | 'shutdown'>;

const PACKAGES: Readonly<Record<Protocol, string>> = {
  'http/protobuf': '@opentelemetry/exporter-trace-otlp-proto',
  'http/json': '@opentelemetry/exporter-trace-otlp-http',
  grpc: '@opentelemetry/exporter-trace-otlp-grpc',
};

/** Rejects if the package is not installed, or if the settings of the exporter are wrong. */
export async function openExporter(protocol: Protocol): Promise<SpanExporter> {
  const name = PACKAGES[protocol];
  try {
    // All of them export a class of this name, and read their settings from the environment.
    const { OTLPTraceExporter: Exporter } = (await import(name)) as {
      readonly OTLPTraceExporter: new () => SpanExporter;
    };
    return new Exporter();
  } catch (error) {
    const code = systemCodeOf(error);
    if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') throw error;
    throw new Error(`the package "${name}" is not installed: npm install ${name} @opentelemetry/api`, {
      cause: error,
    });
  }
}
