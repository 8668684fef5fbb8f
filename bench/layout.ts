// What drawing costs: the processor time of the layout of a picture with 2,000 tasks, for graphs of several shapes.
// Usage: npm run bench:layout -- [ROUNDS]
import { layoutPicture } from '../src/cli/picture/layout/layout.js';
import type { Picture } from '../src/domain/picture/picture.js';
import { pictureOf, task } from '../test/cli/picture/samples.js';
import { seeded } from '../test/support/seeded.js';

const TASKS = 2_000;
const LIMIT_MS = 3_000;
const rounds = Number(process.argv[2] ?? 3);

type Needs = (task: number, random: () => number) => number[];

const before = (task: number, within: number, random: () => number): number =>
  Math.max(0, task - 1 - Math.floor(random() * Math.min(task, within)));

/** `needs` of each task: any of the tasks before it. */
const SHAPES: Readonly<Record<string, Needs>> = {
  chain: (task) => [task - 1],
  'fan-out and in': (task) => (task === TASKS - 1 ? Array.from({ length: TASKS - 2 }, (_, i) => i + 1) : [0]),
  'layers of 50, three needs': (task, random) =>
    task < 50 ? [] : Array.from({ length: 3 }, () => (Math.floor(task / 50) - 1) * 50 + Math.floor(random() * 50)),
  'random, three needs among the last 100': (task, random) => [1, 2, 3].map(() => before(task, 100, random)),
  'random, three needs anywhere': (task, random) => [1, 2, 3].map(() => before(task, TASKS, random)),
  'random tree': (task, random) => [before(task, TASKS, random)],
};

function drawn(needs: Needs): Picture {
  const random = seeded(7);
  const needsOf = (index: number) => [...new Set(index === 0 ? [] : needs(index, random))].map((need) => `t${need}`);
  return pictureOf(Array.from({ length: TASKS }, (_, index) => task(`t${index}`, needsOf(index))));
}

for (const [shape, needs] of Object.entries(SHAPES)) {
  const picture = drawn(needs);
  for (const direction of ['right', 'down'] as const) {
    const times = Array.from({ length: rounds }, () => {
      const began = process.cpuUsage();
      layoutPicture(picture, { cell: { width: 200, height: 50 }, rowGap: 20, direction });
      const { user, system } = process.cpuUsage(began);
      return (user + system) / 1000;
    });
    const cpuMs = Math.round(Math.max(...times));
    console.log(
      JSON.stringify({ bench: `layout of ${TASKS} tasks: ${shape}, ${direction}`, limitMs: LIMIT_MS, cpuMs }),
    );
  }
}
