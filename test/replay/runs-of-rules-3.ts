// Runs of what rules 3 (`src/domain/rules.ts`) have changed.
import type { KeptRun } from './kept-run.js';

const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

export const RUNS_OF_RULES_3: readonly KeptRun[] = [
  {
    // Until the first item has ended, not all of them start.
    name: 'outputs-in-flight',
    plan: { name: 'many', tasks: { each: { agent: 'echo', forEach: { items: numbers(25) }, input: '{% $item %}' } } },
  },
  {
    // What it carries on would not fit otherwise.
    name: 'unread-outputs',
    plan: {
      name: 'chain',
      tasks: Object.fromEntries(
        numbers(12).map((n) => [`c${n}`, { agent: 'text', needs: n === 0 ? [] : [`c${n - 1}`] }]),
      ),
      output: '{% $tasks.c0.output %}',
    },
    options: { agents: { text: () => 'x'.repeat(1000) }, valueLimit: 9_000 },
    isCut: true,
  },
];
