// From the metrics of many files to what is worth telling: totals, and the ends of each scale.
import type { Analysis, FunctionMetrics } from '../contract.js';
import type { FileMetrics } from './measure-file.js';

/** Of one batch; the report shows the first of all batches together. */
const SHOWN = 15;

export function summarizeFiles(files: readonly FileMetrics[], unreadable: readonly string[]): Analysis {
  const functions = files.flatMap((file) => file.functions);
  const markers = files.flatMap((file) => file.markers);
  return {
    languages: languagesOf(files),
    functions: functions.length,
    notable: [...new Set([...mostComplex(functions), ...longest(functions)])],
    longest: longest(files).map(({ path, lines }) => ({ path, lines })),
    markers: { total: markers.length, shown: markers.slice(0, SHOWN) },
    unparsed: files
      .flatMap(({ path, unparsed }) => (unparsed === undefined ? [] : [{ path, reason: unparsed }]))
      .slice(0, SHOWN),
    unreadable: unreadable.slice(0, SHOWN),
  };
}

const mostComplex = (functions: readonly FunctionMetrics[]): FunctionMetrics[] =>
  functions.toSorted((a, b) => b.complexity - a.complexity).slice(0, SHOWN);

const longest = <T extends { readonly lines: number }>(measured: readonly T[]): T[] =>
  measured.toSorted((a, b) => b.lines - a.lines).slice(0, SHOWN);

function languagesOf(files: readonly FileMetrics[]): Analysis['languages'] {
  const languages = new Map<string, { files: number; lines: number; blank: number }>();
  for (const { language, lines, blank } of files) {
    const so = languages.get(language) ?? { files: 0, lines: 0, blank: 0 };
    languages.set(language, { files: so.files + 1, lines: so.lines + lines, blank: so.blank + blank });
  }
  return Object.fromEntries(languages);
}
