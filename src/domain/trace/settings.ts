// The standard variables of OpenTelemetry that Baton itself reads; the exporter reads those of OTLP (endpoint, headers, time limit,
// certificates). Source: https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
import { didYouMean, shown } from '../problem.js';
import { isSampled, parseTraceparent } from './traceparent.js';

type Environment = Readonly<Record<string, string | undefined>>;

const PROTOCOLS = ['http/protobuf', 'http/json', 'grpc'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;
type Sampler = (typeof SAMPLERS)[number];

const DEFAULT_SAMPLER: Sampler = 'parentbased_always_on';

export interface TraceSettings {
  readonly endpoint: string;
  readonly protocol: Protocol;
  readonly sampler: Sampler;
  /** The share of traces that the samplers with a ratio take. */
  readonly ratio: number;
  /** Attributes of the process: `service.name` and those of OTEL_RESOURCE_ATTRIBUTES. */
  readonly resource: Readonly<Record<string, string>>;
  /** Values that are not valid, and what is used instead. */
  readonly warnings: readonly string[];
}

/** `undefined` if traces are off: without an endpoint, or if a variable switches them off. */
export function readTraceSettings(environment: Environment): TraceSettings | undefined {
  const value = (name: string): string | undefined => {
    const text = environment[name]?.trim();
    return text === '' ? undefined : text;
  };
  const endpoint = value('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT') ?? value('OTEL_EXPORTER_OTLP_ENDPOINT');
  if (endpoint === undefined || value('OTEL_SDK_DISABLED')?.toLowerCase() === 'true') return undefined;
  const exporters = (value('OTEL_TRACES_EXPORTER') ?? 'otlp').split(',').map((name) => name.trim().toLowerCase());
  if (!exporters.includes('otlp')) return undefined;
  const warnings: string[] = [];
  const choose = <T extends string>(name: string, known: readonly T[], otherwise: T): T => {
    const text = value(name)?.toLowerCase() ?? otherwise;
    const found = known.find((one) => one === text);
    if (found !== undefined) return found;
    const hint = didYouMean(text, known) ?? `expected one of ${known.join(', ')}`;
    warnings.push(`${name}: ${shown(text)} is not supported, so ${otherwise} is used; ${hint}`);
    return otherwise;
  };
  const protocolName =
    value('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL') === undefined
      ? 'OTEL_EXPORTER_OTLP_PROTOCOL'
      : 'OTEL_EXPORTER_OTLP_TRACES_PROTOCOL';
  const protocol = choose(protocolName, PROTOCOLS, 'http/protobuf');
  const sampler = choose('OTEL_TRACES_SAMPLER', SAMPLERS, DEFAULT_SAMPLER);
  const argument = sampler.endsWith('traceidratio') ? value('OTEL_TRACES_SAMPLER_ARG') : undefined;
  const ratio = argument === undefined ? 1 : Number(argument);
  const isRatio = ratio >= 0 && ratio <= 1;
  if (!isRatio)
    warnings.push(`OTEL_TRACES_SAMPLER_ARG: expected a number from 0 to 1, got ${shown(argument)}; 1 is used`);
  if (sampler === 'always_off') return undefined;
  const declared = resourceAttributes(value('OTEL_RESOURCE_ATTRIBUTES') ?? '', warnings);
  const service = value('OTEL_SERVICE_NAME') ?? declared['service.name'] ?? 'baton';
  return {
    ...{ endpoint, protocol, sampler, ratio: isRatio ? ratio : 1 },
    resource: { ...declared, 'service.name': service },
    warnings,
  };
}

/** `key=value,key=value`, percent-encoded. If one pair cannot be read, all are ignored, as the specification says. */
function resourceAttributes(text: string, warnings: string[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const pair of text.split(',').filter((one) => one.trim() !== '')) {
    const at = pair.indexOf('=');
    try {
      if (at < 1) throw new URIError(`expected key=value, got ${shown(pair)}`);
      found[decodeURIComponent(pair.slice(0, at).trim())] = decodeURIComponent(pair.slice(at + 1).trim());
    } catch (error) {
      warnings.push(`OTEL_RESOURCE_ATTRIBUTES is ignored: ${(error as Error).message}`);
      return {};
    }
  }
  return found;
}

/** The digits of a trace id that are random. https://www.w3.org/TR/trace-context-2/#random-trace-id-flag */
const RANDOM_DIGITS = 14;

/**
 * True if the spans of a trace are kept. It depends on the trace alone, so all workers with the same settings agree. `traceparent`: the
 * caller's, if the run has one.
 */
export function isTraceSampled(
  { sampler, ratio }: Pick<TraceSettings, 'sampler' | 'ratio'>,
  traceId: string,
  traceparent: string | undefined,
): boolean {
  const parent = traceparent === undefined ? undefined : parseTraceparent(traceparent);
  if (sampler.startsWith('parentbased_') && parent !== undefined) return isSampled(parent);
  if (sampler.endsWith('traceidratio'))
    return parseInt(traceId.slice(-RANDOM_DIGITS), 16) / 16 ** RANDOM_DIGITS < ratio;
  return sampler.endsWith('always_on');
}
