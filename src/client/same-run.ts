// A run's id is used once. A start under the id of an existing run finds that run if it has the same plan and input; otherwise it is
// refused, because the caller would take the result of another run for its own.
import type { Client } from '@temporalio/client';
import { differences, type Difference } from '../domain/json/differences.js';
import { shown, withHint } from '../domain/problem.js';
import type { RunInput } from '../domain/run/input.js';
import { headOf } from '../domain/text/well-formed.js';
import { RefusedError } from './errors.js';
import { readFirstRunInput } from './read-run-input.js';

/** More differences than this are not needed to see that the runs are not the same. */
const MAX_DIFFERENCES = 3;

/** Longer ids are shown up to this length. */
const MAX_SHOWN_ID = 100;

/** Throws RefusedError, which names the differences; also if the Workflow with this id is not a run of Baton. */
export async function requireSameRun(client: Client, id: string, request: RunInput): Promise<void> {
  const before = decisive(await readFirstRunInput(client, id));
  // What the server has is JSON.
  const after = decisive(JSON.parse(JSON.stringify(request)) as RunInput);
  for (const part of PARTS) {
    const found = differences(before[part], after[part], MAX_DIFFERENCES);
    if (found.length === 0) continue;
    const where = found.map((difference) => differenceText(part, difference)).join('; ');
    const name = headOf(id, MAX_SHOWN_ID);
    throw new RefusedError(
      withHint(`run ${name} exists already, and has ${NAMES[part]}: ${where}`, 'use another id for this run'),
    );
  }
}

const PARTS = ['plan', 'plans', 'forkOf', 'input'] as const;
type Part = (typeof PARTS)[number];

const NAMES: Readonly<Record<Part, string>> = {
  plan: 'another plan',
  plans: 'another plan below a task',
  forkOf: 'another origin',
  input: 'another input',
};

/** The parts that make a run another one. Budget, tenant and agents may differ: they do not change what the run is asked to do. */
const decisive = ({ plan, plans, input, reuse }: RunInput): Readonly<Record<Part, unknown>> => ({
  plan,
  plans: plans ?? {},
  forkOf: reuse === undefined ? undefined : { run: reuse.run, from: reuse.from ?? [] },
  input,
});

/** `input.to: "first" there, "second" here` */
function differenceText(part: Part, { path, before, after }: Difference): string {
  const place = path === '' ? part : path.startsWith('[') ? `${part}${path}` : `${part}.${path}`;
  return `${place}: ${shown(before)} there, ${shown(after)} here`;
}
