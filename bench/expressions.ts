// What expressions cost: ordinary work by the evaluator, and by the npm package that it is made from, outside Workflow code and in a
// sandbox like that of Workflow code. On 2,000 rows both, interleaved: medians, and the ratio package / evaluator of the pairs. On
// 50,000 rows the evaluator alone, for the package takes minutes or runs out of memory.
// Usage: npm run bench:expressions [-- PAIRS]
import { createContext, runInContext } from 'node:vm';
import { rolldown } from 'rolldown';

const ROWS = { both: 2_000, alone: 50_000 };
const SOURCES = {
  filter: '$count($rows[price > 50])',
  map: '$count($rows.{ "id": id, "total": price * amount })',
  'map by a function': '$count($map($rows, function($r) { { "id": $r.id, "total": $r.price * $r.amount } }))',
  group: '$count($keys($rows{group: $sum(price)}))',
  'order by': '$count($rows^(price))',
  'look up': '($by := $right{id: $}; $count($left.{ "id": id, "m": $lookup($by, id).m }))',
};

/** Run in both places, with what `ENTRY` gives. */
const MEASURE = `
const lists = (n) => ({
  rows: Array.from({ length: n }, (_, i) => ({ id: i, group: 'g' + (i % 100), price: (i * 7919) % 9973, amount: i % 13 })),
  left: Array.from({ length: n / 5 }, (_, i) => ({ id: 'i' + i, n: i })),
  right: Array.from({ length: n / 5 }, (_, i) => ({ id: 'i' + ((i * 7919) % (n / 5)), m: i })),
});
const scopes = { ${ROWS.both}: lists(${ROWS.both}), ${ROWS.alone}: lists(${ROWS.alone}) };
globalThis.bench = async (by, source, rows) => {
  const began = clock();
  await globalThis.expressions[by](source, scopes[rows]);
  return clock() - began;
};
`;

const ENTRY = `
import jsonata from 'jsonata';
import { allowance, compileExpression } from './dist/domain/expression.js';
globalThis.expressions = {
  evaluator: (source, scope) => compileExpression(source).evaluate(scope, allowance()),
  package: (source, scope) => jsonata(source).evaluate(undefined, scope),
};
`;

type By = 'evaluator' | 'package';
type Bench = (by: By, source: string, rows: number) => Promise<number>;

async function bundle(): Promise<string> {
  const entry = '\0entry.js';
  const root = new URL('../', import.meta.url).pathname;
  const made = await rolldown({
    input: entry,
    cwd: root,
    platform: 'neutral',
    resolve: {
      mainFields: ['main'],
      alias: { '#jsonata': `${root}generated/jsonata.js`, '#re2': `${root}generated/re2.js`, './dist': `${root}dist` },
    },
    plugins: [
      { name: 'entry', resolveId: (id) => (id === entry ? id : null), load: (id) => (id === entry ? ENTRY : null) },
    ],
  });
  return (await made.generate({ format: 'iife' })).output[0].code;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

const code = await bundle();
const globals = { clock: () => performance.now(), console };
const sandbox = createContext({ ...globals });
Object.assign(globalThis, globals);
const places: Record<string, Bench> = {
  outside: (0, eval)(`${code}${MEASURE}; globalThis.bench`) as Bench,
  sandbox: runInContext(`${code}${MEASURE}; globalThis.bench`, sandbox) as Bench,
};

const pairs = Number(process.argv[2] ?? 5);
for (const [place, bench] of Object.entries(places)) {
  for (const [name, source] of Object.entries(SOURCES)) {
    const [ms, alone]: [Record<By, number[]>, number[]] = [{ evaluator: [], package: [] }, []];
    for (let pair = 0; pair < pairs; pair++) {
      for (const by of ['evaluator', 'package'] as const) ms[by].push(await bench(by, source, ROWS.both));
      alone.push(await bench('evaluator', source, ROWS.alone));
    }
    const ratio = Number(median(ms.package.map((one, i) => one / ms.evaluator[i]!)).toFixed(1));
    const [evaluatorMs, packageMs, aloneMs] = [ms.evaluator, ms.package, alone].map((all) => Math.round(median(all)));
    const figures = { rows: ROWS.both, evaluatorMs, packageMs, ratio, [`evaluatorMsOn${ROWS.alone}`]: aloneMs };
    console.log(JSON.stringify({ bench: name, node: process.version, place, ...figures }));
  }
}
