// The review as data: what `report.json` holds. All paths in it are relative to the reviewed directory.
import type { Analysis, Clones, Finding, Findings, FunctionMetrics, Marker, Summary } from '../contract.js';
import { gapsIn, type Parts } from './parts.js';

/** Longest lists of the report. */
const TOP = 10;
const FINDINGS = 100;
const MARKERS = 25;

interface LanguageRow {
  readonly language: string;
  readonly files: number;
  readonly lines: number;
  readonly blank: number;
}

export interface Review {
  readonly run: string;
  readonly name: string;
  /** False if a tool, or a part of its work, is missing. */
  readonly complete: boolean;
  readonly gaps: readonly string[];
  readonly files: Omit<Summary, 'root' | 'name'>;
  readonly languages: readonly LanguageRow[];
  /** `null`: nobody looked. */
  readonly lint: Findings | null;
  readonly secrets: Findings | null;
  readonly duplicates: Clones | null;
  readonly functions: number;
  readonly complex: readonly FunctionMetrics[];
  readonly long: readonly FunctionMetrics[];
  readonly largest: readonly { readonly path: string; readonly lines: number }[];
  readonly markers: Analysis['markers'];
  readonly unparsed: Analysis['unparsed'];
  readonly unreadable: readonly string[];
}

export function reviewOf(parts: Parts): Review {
  const { root: _, name, ...files } = parts.inventory;
  const gaps = gapsIn(parts).map(({ text }) => text);
  const analysis = present(parts.analysis.output);
  const secrets = merged(parts.secrets.output);
  const secretLines = new Set(secrets?.shown.map(placeOf));
  const notable = analysis.flatMap((one) => one.notable);
  const markers = analysis.flatMap((one) => one.markers.shown);
  const lint = merged(parts.lint.output);
  return {
    run: parts.run,
    name,
    complete: gaps.length === 0,
    gaps,
    files,
    languages: languagesOf(analysis),
    lint: lint === null ? null : { ...lint, shown: masked(lint.shown, secretLines, 'message') },
    secrets,
    duplicates: parts.duplicates.output ?? null,
    functions: sum(analysis, (one) => one.functions),
    complex: top(notable, ({ complexity }) => complexity),
    long: top(notable, ({ lines }) => lines),
    largest: top(
      analysis.flatMap((one) => one.longest),
      ({ lines }) => lines,
    ),
    markers: {
      total: sum(analysis, (one) => one.markers.total),
      shown: masked(markers.slice(0, MARKERS), secretLines, 'text'),
    },
    unparsed: analysis.flatMap((one) => one.unparsed).slice(0, MARKERS),
    unreadable: analysis.flatMap((one) => one.unreadable).slice(0, MARKERS),
  };
}

const present = <T>(outputs: readonly (T | null)[] | null | undefined): T[] =>
  (outputs ?? []).filter((output) => output !== null);

const sum = <T>(all: readonly T[], value: (one: T) => number): number => all.reduce((so, one) => so + value(one), 0);

const top = <T>(all: readonly T[], value: (one: T) => number): T[] =>
  all.toSorted((a, b) => value(b) - value(a)).slice(0, TOP);

const placeOf = ({ path, line }: Pick<Finding | Marker, 'path' | 'line'>): string => `${path}:${line}`;

/** What other tools quote from a line with a credential is not shown. */
const masked = <K extends string, T extends Record<K, string> & { path: string; line: number }>(
  all: readonly T[],
  secretLines: ReadonlySet<string>,
  key: K,
): T[] => all.map((one) => (secretLines.has(placeOf(one)) ? { ...one, [key]: '(not shown: credential)' } : one));

function merged(outputs: readonly (Findings | null)[] | null | undefined): Findings | null {
  if (outputs == null) return null;
  const all = present(outputs);
  const rules = new Map<string, number>();
  for (const [rule, count] of all.flatMap((one) => Object.entries(one.rules))) {
    rules.set(rule, (rules.get(rule) ?? 0) + count);
  }
  const shown = all.flatMap((one) => one.shown);
  const errors = shown.filter(({ severity }) => severity === 'error');
  return {
    total: sum(all, (one) => one.total),
    errors: sum(all, (one) => one.errors),
    rules: Object.fromEntries([...rules].sort(([, a], [, b]) => b - a)),
    shown: [...errors, ...shown.filter(({ severity }) => severity !== 'error')].slice(0, FINDINGS),
  };
}

function languagesOf(analysis: readonly Analysis[]): LanguageRow[] {
  const rows = new Map<string, LanguageRow>();
  for (const [language, more] of analysis.flatMap((one) => Object.entries(one.languages))) {
    const so = rows.get(language) ?? { files: 0, lines: 0, blank: 0 };
    const { files, lines, blank } = more;
    rows.set(language, { language, files: so.files + files, lines: so.lines + lines, blank: so.blank + blank });
  }
  return [...rows.values()].sort((a, b) => b.lines - a.lines || b.files - a.files);
}
