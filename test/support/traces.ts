// What a test needs to look at the trace of a run.
import * as incubating from '@opentelemetry/semantic-conventions/incubating';
import { expect } from 'vitest';
import type { ReceivedSpan } from './otlp-receiver.js';

/** The attributes of the registry of OpenTelemetry's semantic conventions, in the version that package.json names. */
const REGISTRY: ReadonlySet<string> = new Set(
  Object.entries(incubating).flatMap(([name, value]) =>
    name.startsWith('ATTR_') && typeof value === 'string' ? [value] : [],
  ),
);

/** Expects that each attribute is one of OpenTelemetry's, or Baton's own. */
export function expectKnownAttributes(spans: readonly ReceivedSpan[]): void {
  const names = new Set(
    spans.flatMap(({ attributes, resource }) => [...Object.keys(attributes), ...Object.keys(resource)]),
  );
  expect([...names].filter((name) => !REGISTRY.has(name) && !name.startsWith('baton.'))).toEqual([]);
}

/** The spans of one name, or with one prefix: `task `, `invoke_agent `. */
export const named = (spans: readonly ReceivedSpan[], prefix: string): ReceivedSpan[] =>
  spans.filter(({ name }) => name === prefix || (prefix.endsWith(' ') && name.startsWith(prefix)));

/** The span of this name; fails if there is not exactly one. */
export function only(spans: readonly ReceivedSpan[], name: string): ReceivedSpan {
  const found = named(spans, name);
  expect(found.map((span) => span.name)).toEqual([name]);
  return found[0]!;
}

/** The names of the spans directly below one, sorted. */
export const childrenOf = (spans: readonly ReceivedSpan[], { id }: ReceivedSpan): string[] =>
  spans
    .filter(({ parent }) => parent === id)
    .map(({ name }) => name)
    .sort();
