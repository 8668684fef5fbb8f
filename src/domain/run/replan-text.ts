// The re-plannings of a run, for people, one line each: `re-planned (1 of 2): task scan failed: …; dropped: report`.
import { oneLine } from '../text/one-line.js';
import type { RunResult } from './result.js';

export const replanLines = ({ replans = [] }: Pick<RunResult, 'replans'>): string[] =>
  replans.map(({ failure, dropped, of }, i) => {
    const less = dropped.length === 0 ? '' : `; dropped: ${dropped.join(', ')}`;
    return oneLine(`re-planned (${i + 1} of ${of}): ${failure.message}${less}`);
  });
