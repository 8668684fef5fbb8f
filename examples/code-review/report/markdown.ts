// The review for people. What matters comes first: what is missing, then credentials, errors, and what is hard to change.
import type { Clones, Finding, Findings, FunctionMetrics } from '../contract.js';
import type { Review } from './review.js';
import { table } from './table.js';
import { bytes, code, count, number, place, words } from './words.js';

/** Rows of a table, unless all fit. */
const ROWS = 20;
const RULES = 12;

export function markdownOf(review: Review): string {
  const sections = [
    [`# Review of ${words(review.name)}`, `Run ${code(review.run)} · ${filesOf(review)}`],
    review.gaps.length === 0 ? [] : ['**Incomplete.**', review.gaps.map((gap) => `- ${words(gap)}`).join('\n')],
    ['## At a glance', glance(review)],
    credentials(review.secrets),
    lint(review.lint),
    functions('Most complex functions', review.complex, ({ complexity }) => complexity > 1),
    functions('Longest functions', review.long, ({ lines }) => lines > 1),
    duplicates(review.duplicates),
    markers(review),
    languages(review),
    largest(review),
    aside(review),
  ];
  return `${sections.flat().join('\n\n')}\n`;
}

const filesOf = ({ files }: Review): string =>
  `${count(files.files, 'file')}, ${bytes(files.bytes)}, listed by ${files.source === 'git' ? 'git' : 'a walk'}`;

function glance(review: Review): string {
  const { secrets, lint, duplicates, markers, functions, complex } = review;
  const unread = 'not looked at';
  const most = complex[0];
  const rows: [string, string][] = [
    [
      'Credentials',
      secrets === null ? unread : secrets.total === 0 ? 'none found' : `**${number(secrets.total)} found**`,
    ],
    ['Lint', lint === null ? unread : `${count(lint.errors, 'error')}, ${count(lint.total - lint.errors, 'warning')}`],
    ['Functions', count(functions, 'function') + (most === undefined ? '' : `, complexity up to ${most.complexity}`)],
    [
      'Duplicates',
      duplicates === null ? unread : `${count(duplicates.total, 'copy', 'copies')}, ${count(duplicates.lines, 'line')}`,
    ],
    ['Markers', count(markers.total, 'TODO or the like', 'TODOs or the like')],
  ];
  return table(rows, [
    { title: 'Part', cell: ([part]) => part },
    { title: 'Result', cell: ([, result]) => result },
  ]);
}

function credentials(secrets: Findings | null): string[] {
  if (secrets === null || secrets.total === 0) return [];
  return ['## Credentials', findings(secrets.shown), more(secrets.total, secrets.shown)].flat();
}

function lint(found: Findings | null): string[] {
  if (found === null || found.total === 0) return [];
  const rules = table(Object.entries(found.rules).slice(0, RULES), [
    { title: 'Rule', cell: ([rule]) => code(rule) },
    { title: 'Count', align: 'right', cell: ([, total]) => number(total) },
  ]);
  return ['## Lint', rules, findings(found.shown), ...more(found.total, found.shown)];
}

const findings = (shown: readonly Finding[]): string =>
  table(shown.slice(0, ROWS), [
    { title: 'Where', cell: ({ path, line }) => place(path, line) },
    { title: 'What', cell: ({ severity, message }) => `${severity}: ${words(message)}` },
    { title: 'Rule', cell: ({ rule }) => code(rule) },
  ]);

const more = (total: number, shown: readonly unknown[]): string[] => {
  const rest = total - Math.min(shown.length, ROWS);
  return rest > 0 ? [`and ${number(rest)} more; report.json lists the first ${number(shown.length)}.`] : [];
};

function functions(
  title: string,
  all: readonly FunctionMetrics[],
  isWorthIt: (one: FunctionMetrics) => boolean,
): string[] {
  const rows = all.filter(isWorthIt);
  if (rows.length === 0) return [];
  return [
    `## ${title}`,
    table(rows, [
      { title: 'Function', cell: ({ name }) => code(name) },
      { title: 'Where', cell: ({ path, line }) => place(path, line) },
      { title: 'Complexity', align: 'right', cell: ({ complexity }) => number(complexity) },
      { title: 'Lines', align: 'right', cell: ({ lines }) => number(lines) },
    ]),
  ];
}

function duplicates(clones: Clones | null): string[] {
  if (clones === null || clones.total === 0) return [];
  const left = clones.left === 0 ? [] : [`${count(clones.left, 'file')} not compared: too large, or too many.`];
  const rows = table(clones.shown.slice(0, ROWS), [
    { title: 'Lines', align: 'right', cell: ({ lines }) => number(lines) },
    { title: 'Here', cell: ({ first }) => place(first.path, first.start) },
    { title: 'And here', cell: ({ second }) => place(second.path, second.start) },
  ]);
  return ['## Duplicates', rows, ...more(clones.total, clones.shown), ...left];
}

function markers({ markers: { total, shown } }: Review): string[] {
  if (total === 0) return [];
  const rows = table(shown.slice(0, ROWS), [
    { title: 'Where', cell: ({ path, line }) => place(path, line) },
    { title: 'What', cell: ({ text }) => words(text) },
  ]);
  return ['## Left for later', rows, ...more(total, shown)];
}

function languages({ languages: all }: Review): string[] {
  if (all.length === 0) return [];
  const rows = table(all.slice(0, ROWS), [
    { title: 'Language', cell: ({ language }) => words(language) },
    { title: 'Files', align: 'right', cell: ({ files }) => number(files) },
    { title: 'Lines', align: 'right', cell: ({ lines }) => number(lines) },
    { title: 'Blank', align: 'right', cell: ({ blank }) => number(blank) },
  ]);
  return ['## Languages', rows];
}

function largest({ largest: all }: Review): string[] {
  const rows = all.filter(({ lines }) => lines > 0);
  if (rows.length === 0) return [];
  return [
    '## Longest files',
    table(rows, [
      { title: 'File', cell: ({ path }) => code(path) },
      { title: 'Lines', align: 'right', cell: ({ lines }) => number(lines) },
    ]),
  ];
}

/** What nobody looked at, and why. */
function aside({ files, unparsed, unreadable }: Review): string[] {
  const { binary, large, unreadable: closed, beyond } = files.left;
  const lines = [
    [binary, `${count(binary, 'binary file')} left out`],
    [large, `${count(large, 'file')} above 1 MB left out: ${files.large.map(code).join(', ')}`],
    [closed + unreadable.length, `${count(closed + unreadable.length, 'file')} could not be read`],
    [beyond, `${count(beyond, 'file')} beyond what one run looks at`],
    ...unparsed.map(({ path, reason }) => [1, `${code(path)} could not be parsed: ${words(reason)}`] as const),
  ] as const;
  const said = lines.filter(([total]) => total > 0).map(([, text]) => `- ${text}`);
  return said.length === 0 ? [] : ['## Not looked at', said.join('\n')];
}
