// Makes metrics in one registry.
import type { Counter, Gauge, Histogram, Registry } from 'prom-client';

type Labels<L extends string> = readonly L[];

/** Makes metrics that appear in `text`. */
export interface MakeMetrics {
  counter<L extends string>(name: string, help: string, labels: Labels<L>): Counter<L>;
  gauge<L extends string>(name: string, help: string, labels: Labels<L>): Gauge<L>;
  histogram<L extends string>(name: string, help: string, labels: Labels<L>, buckets: readonly number[]): Histogram<L>;
}

export function makeIn(prometheus: typeof import('prom-client'), registry: Registry): MakeMetrics {
  const registers = [registry];
  return {
    counter: (name, help, labels) => new prometheus.Counter({ name, help, labelNames: labels, registers }),
    gauge: (name, help, labels) => new prometheus.Gauge({ name, help, labelNames: labels, registers }),
    histogram: (name, help, labels, buckets) =>
      new prometheus.Histogram({ name, help, labelNames: labels, buckets: [...buckets], registers }),
  };
}
