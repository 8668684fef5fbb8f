// Checks that a task has exactly one kind, and only keys that its kind allows.
import { CALLS_AGENTS, type TaskKind } from '../plan.js';
import type { Context } from './context.js';
import { NOT_YET, ONE_KIND } from './vocabulary.js';
import type { ReadTask } from './read-leniently.js';

const CALLS = [...CALLS_AGENTS];

/** The keys that only some kinds allow. */
export const KEY_KINDS: readonly {
  readonly key: string;
  readonly code: string;
  readonly kinds: readonly TaskKind[];
}[] = [
  { key: 'forEach', code: 'plan.forEach-kind', kinds: [...CALLS, 'plan', 'publish'] },
  { key: 'compensate', code: 'plan.compensate-kind', kinds: [...CALLS, 'plan', 'decompose', 'publish'] },
  { key: 'fallback', code: 'plan.fallback-kind', kinds: CALLS },
  { key: 'hedge', code: 'plan.key-kind', kinds: ['agent'] },
  { key: 'retry', code: 'plan.key-kind', kinds: [...CALLS, 'publish'] },
  { key: 'cache', code: 'plan.key-kind', kinds: CALLS },
  { key: 'heartbeat', code: 'plan.key-kind', kinds: CALLS },
  { key: 'idle', code: 'plan.key-kind', kinds: CALLS },
  { key: 'input', code: 'plan.key-kind', kinds: [...CALLS, 'plan', 'decompose'] },
  { key: 'timeout', code: 'plan.key-kind', kinds: [...CALLS, 'plan', 'decompose', 'approve', 'event', 'publish'] },
];

export function checkKind({ path, kinds }: ReadTask, raw: Readonly<Record<string, unknown>>, context: Context): void {
  const [kind, ...more] = kinds;
  if (kind === undefined) {
    const later = Object.keys(raw).some((key) => NOT_YET.has(key));
    if (!later) context.report('plan.no-kind', path, `${ONE_KIND}, got none`);
    return;
  }
  if (more.length > 0) {
    context.report('plan.many-kinds', path, `${ONE_KIND}, got ${kinds.join(' and ')}`);
    return;
  }
  for (const rule of KEY_KINDS) {
    if (raw[rule.key] === undefined || !Object.hasOwn(raw, rule.key) || rule.kinds.includes(kind)) continue;
    const owners = rule.kinds.join(', ').replace(/, (\w+)$/, ' or $1');
    const message = `expected ${rule.key} only on a task with ${owners}, got one with ${kind}`;
    context.report(rule.code, [...path, rule.key], message);
  }
}
