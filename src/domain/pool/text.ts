// Text about the status of a pool.
import { escapeMarkdown } from '../text/markdown.js';
import type { PoolStatus, ResourceStatus } from './coordinator/status.js';

/** The column of `resourceRows` with the condition. */
export const STATE_COLUMN = 4;

/** A row for each resource, after the heading. */
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
      labelsText(one),
    ]),
  ];
}

/** Length of a bar, in characters. */
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

const labelsText = ({ labels }: ResourceStatus): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(' ');

/** What there is to show besides the resources, one line each. */
export function poolLines({ pool, strategy, isAtWork, waiting, workers, tokens }: PoolStatus): string[] {
  const waits = waiting.map(({ priority, count }) => `${count} of priority ${priority}`).join(', ');
  const overruled = workers.filter(({ isOverruled }) => isOverruled).length;
  return [
    `${pool} · ${strategy} · ${isAtWork ? count(workers.length, 'worker') : 'not in use'}`,
    ...(waits === '' ? [] : [`waiting: ${waits}`]),
    ...(tokens === undefined ? [] : [`tokens: ${tokens.level} of ${tokens.limit}`]),
    ...(overruled === 0
      ? []
      : [
          `warning: ${count(overruled, 'worker')} with other settings; the settings of the worker that started last apply`,
        ]),
  ];
}

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;

/** For the Web UI, in markdown. Not a table: the columns there are narrow, and lines wrap. */
export const poolDetails = (status: PoolStatus): string =>
  [...poolLines(status).map((line) => `${line}\n`), ...status.resources.map(resourceLine)].join('\n');

/** `- **west** `███░░░░░░░` 1 of 4 · open · weight 2 · http://… · zone=west` */
function resourceLine(one: ResourceStatus): string {
  const more = [one.endpoint ?? '', labelsText(one)].filter((text) => text !== '');
  const state = [conditionText(one), `weight ${one.weight}`, ...more].join(' · ');
  return `- **${one.id}** \`${bar(one)}\` ${inUseText(one)} · ${escapeMarkdown(state)}`;
}
