// How a pool stands, in words.
import type { PoolStatus, ResourceStatus } from './status.js';

/** A row for each resource, the heading first. */
export function resourceRows({ resources }: Pick<PoolStatus, 'resources'>): string[][] {
  return [
    ['RESOURCE', 'IN USE', '', 'WEIGHT', 'STATE', 'ENDPOINT', 'LABELS'],
    ...resources.map((one) => [
      one.id,
      bar(one),
      inUseText(one),
      String(one.weight),
      conditionText(one),
      one.endpoint ?? '',
      Object.entries(one.labels)
        .map(([key, value]) => `${key}=${value}`)
        .join(' '),
    ]),
  ];
}

/** Characters of a bar. */
const WIDTH = 10;

function bar({ inUse, capacity }: ResourceStatus): string {
  const full = Math.min(WIDTH, Math.ceil((inUse / capacity) * WIDTH));
  return '█'.repeat(full) + '░'.repeat(WIDTH - full);
}

const inUseText = ({ inUse, capacity, limit }: ResourceStatus): string =>
  limit < capacity ? `${inUse} of ${limit} (of ${capacity})` : `${inUse} of ${capacity}`;

function conditionText({ condition, ill, pausedUntil, isAdded }: ResourceStatus): string {
  const why = condition === 'ill' ? `: ${ill}` : condition === 'paused' ? ` until ${pausedUntil}` : '';
  return `${condition}${why}${isAdded ? ', added' : ''}`;
}

/** What is to be said beside the resources, a line each. */
export function poolLines({ pool, strategy, isAtWork, waiting, workers, tokens }: PoolStatus): string[] {
  const waits = waiting.map(({ priority, count }) => `${count} of priority ${priority}`).join(', ');
  const overruled = workers.filter(({ isOverruled }) => isOverruled).length;
  return [
    `${pool} · ${strategy} · ${isAtWork ? count(workers.length, 'worker') : 'nobody uses it'}`,
    ...(waits === '' ? [] : [`waiting: ${waits}`]),
    ...(tokens === undefined ? [] : [`tokens: ${tokens.level} of ${tokens.limit}`]),
    ...(overruled === 0
      ? []
      : [`warning: ${count(overruled, 'worker')} with other settings; those of the worker that started last hold`]),
  ];
}

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

/** For the Web UI, in markdown. */
export function poolDetails(status: PoolStatus): string {
  const [head, ...rows] = resourceRows(status).map((cells) => `| ${cells.join(' | ')} |`);
  return [...poolLines(status), '', head, `|${' --- |'.repeat(7)}`, ...rows].join('\n');
}
