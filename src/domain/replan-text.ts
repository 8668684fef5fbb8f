// That a run was planned anew, for people, on one line each: `re-planned (1 of 2): task scan failed: …; dropped: report`.
import { oneLine } from './one-line.js';
import type { RunResult } from './run-result.js';

export const replanLines = ({ replans = [] }: Pick<RunResult, 'replans'>): string[] =>
  replans.map(({ failure, dropped, of }, i) => {
    const less = dropped.length === 0 ? '' : `; dropped: ${dropped.join(', ')}`;
    return oneLine(`re-planned (${i + 1} of ${of}): ${failure.message}${less}`);
  });
