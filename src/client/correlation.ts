// What a caller gives to a run for its correlation, and whether the run is traced.
import { defined } from '../domain/json/defined.js';
import type { RunInput } from '../domain/run/input.js';
import { CorrelationId, Traceparent, type Correlation } from '../domain/trace/correlation.js';
import { readTraceSettings } from '../domain/trace/settings.js';
import { compileSchema } from '../json-schema.js';
import { InvalidInputError } from './errors.js';

const checkId = compileSchema(CorrelationId, 'correlationId');
const checkTraceparent = compileSchema(Traceparent, 'traceparent');

/** Throws InvalidInputError. */
export function parseCorrelation({ correlationId, traceparent }: Correlation): Pick<RunInput, keyof Correlation> {
  const problems = [
    ...(correlationId === undefined ? [] : problemsOf(checkId(correlationId))),
    ...(traceparent === undefined ? [] : problemsOf(checkTraceparent(traceparent))),
  ];
  if (problems.length > 0) throw new InvalidInputError(problems);
  return defined({ correlationId, traceparent });
}

const problemsOf = (checked: ReturnType<typeof checkId>): readonly string[] => (checked.ok ? [] : checked.problems);

/** The request with its correlation; traced if this process is configured for traces. Throws InvalidInputError. */
export function withCorrelation<T extends RunInput>(request: T, correlation: Correlation): T {
  const isTraced = readTraceSettings(process.env) !== undefined;
  return { ...request, ...parseCorrelation(correlation), ...(isTraced ? { trace: {} } : {}) };
}
