import { expect, test } from 'vitest';
import { isTraceSampled, readTraceSettings } from '../../../src/domain/trace/settings.js';

const ON = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' };

test.each([
  [{}],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: ' ' }],
  [{ ...ON, OTEL_SDK_DISABLED: 'TRUE' }],
  [{ ...ON, OTEL_TRACES_EXPORTER: 'none' }],
  [{ ...ON, OTEL_TRACES_EXPORTER: 'console' }],
  [{ ...ON, OTEL_TRACES_SAMPLER: 'always_off' }],
  [{ OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://127.0.0.1:4318' }],
])('traces are off with %j', (environment) => {
  expect(readTraceSettings(environment)).toBeUndefined();
});

test('traces are on with an endpoint, and the standard variables are read', () => {
  expect(readTraceSettings(ON)).toMatchObject({ protocol: 'http/protobuf', resource: { 'service.name': 'baton' } });
  const settings = readTraceSettings({
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://collector:4318/v1/traces',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'grpc',
    OTEL_SERVICE_NAME: 'workers',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=prod%20eu,service.name=other',
    OTEL_SDK_DISABLED: 'no',
  });
  expect(settings).toMatchObject({
    protocol: 'grpc',
    resource: { 'service.name': 'workers', 'deployment.environment.name': 'prod eu' },
    warnings: [],
  });
});

test('a value that is not supported is replaced, with a warning that names it', () => {
  const settings = readTraceSettings({
    ...ON,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuff',
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '7',
    OTEL_RESOURCE_ATTRIBUTES: 'nonsense',
  })!;
  expect(settings).toMatchObject({ protocol: 'http/protobuf', ratio: 1 });
  expect(settings.warnings).toEqual([
    'OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuff" is not supported, so http/protobuf is used; did you mean "http/protobuf"?',
    'OTEL_TRACES_SAMPLER_ARG: expected a number from 0 to 1, got "7"; 1 is used',
    'OTEL_RESOURCE_ATTRIBUTES is ignored: expected key=value, got "nonsense"',
  ]);
});

test('a sampler with a ratio depends on the trace alone; one that follows its parent reads the flags', () => {
  const low = `${'a'.repeat(18)}${'0'.repeat(14)}`;
  const high = `${'a'.repeat(18)}${'f'.repeat(14)}`;
  const half = { sampler: 'traceidratio', ratio: 0.5 } as const;
  expect([low, high].map((id) => isTraceSampled(half, id, undefined))).toEqual([true, false]);
  const [yes, no] = ['01', '00'].map((flags) => `00-${high}-00f067aa0ba902b7-${flags}`);
  const parent = { sampler: 'parentbased_traceidratio', ratio: 0 } as const;
  expect([yes, no, undefined].map((given) => isTraceSampled(parent, low, given))).toEqual([true, false, false]);
  const always = { sampler: 'parentbased_always_on', ratio: 1 } as const;
  expect([no, undefined].map((given) => isTraceSampled(always, low, given))).toEqual([false, true]);
});
