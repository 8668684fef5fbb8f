// The same work twice: as a plan, and as a Workflow written by hand.
import type { Plan, Task } from '../src/domain/plan/plan.js';

export interface Shape {
  readonly name: string;
  readonly plan: Plan;
  readonly byHand: string;
  readonly args: unknown[];
  /** Runs at once. */
  readonly runs: number;
}

const LAYERS = 10;
const WIDTH = 50;
const CHAIN = 100;
const FAN_OUT = 500;
const DIAMONDS = 200;

const call = (input: unknown, needs?: string[]): Task => ({
  agent: 'echo',
  input,
  ...(needs === undefined ? {} : { needs }),
});

const range = (length: number): number[] => Array.from({ length }, (_, i) => i);

const chain = (): Plan['tasks'] =>
  Object.fromEntries(
    range(CHAIN).map((i) => [`t${i}`, call(i === 0 ? {} : { last: `{% $tasks.t${i - 1}.output.last %}` })]),
  );

function fanOut(): Plan['tasks'] {
  const leaves = range(FAN_OUT).map((i) => [`t${i}`, call({ first: '{% $tasks.first.output %}' })] as const);
  const last = call(
    { count: FAN_OUT },
    leaves.map(([id]) => id),
  );
  return { first: call({}), ...Object.fromEntries(leaves), last };
}

function layers(): Plan['tasks'] {
  const id = (layer: number, i: number) => `l${layer}_${i}`;
  const tasks = range(LAYERS).flatMap((layer) =>
    range(WIDTH).map((i) => {
      const needs = layer === 0 ? [] : range(WIDTH).map((j) => id(layer - 1, j));
      return [id(layer, i), call({ last: WIDTH }, needs)] as const;
    }),
  );
  return Object.fromEntries(tasks);
}

const diamond = (): Plan['tasks'] => ({
  a: call({}),
  b: call({ a: '{% $tasks.a.output %}' }),
  c: call({ a: '{% $tasks.a.output %}' }),
  d: call({ b: '{% $tasks.b.output %}', c: '{% $tasks.c.output %}' }),
});

export const SHAPES: readonly Shape[] = [
  { name: `chain of ${CHAIN}`, plan: { name: 'chain', tasks: chain() }, byHand: 'chainByHand', args: [CHAIN], runs: 1 },
  {
    name: `fan-out of ${FAN_OUT}`,
    plan: { name: 'fan-out', concurrency: FAN_OUT, tasks: fanOut() },
    byHand: 'fanOutByHand',
    args: [FAN_OUT],
    runs: 1,
  },
  {
    name: `${LAYERS} layers of ${WIDTH}`,
    plan: { name: 'layers', tasks: layers() },
    byHand: 'layersByHand',
    args: [{ layers: LAYERS, width: WIDTH }],
    runs: 1,
  },
  {
    name: `${DIAMONDS} diamonds at once`,
    plan: { name: 'diamond', tasks: diamond(), output: '{% $tasks.d.output %}' },
    byHand: 'diamondByHand',
    args: [],
    runs: DIAMONDS,
  },
];
