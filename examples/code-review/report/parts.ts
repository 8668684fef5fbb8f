// What the report is made of: one part for each tool, there or not.
import { Failure } from 'baton-orchestrator';
import { z } from 'zod';
import { Analysis, Clones, Findings, Summary } from '../contract.js';

/** What `$tasks.<id>` says of a task. */
const part = <S extends z.ZodType>(output: S) =>
  z.object({
    status: z.string(),
    output: output.nullish(),
    failure: Failure.nullish(),
    failures: z.array(z.object({ index: z.int(), failure: Failure })).nullish(),
  });

/** A tolerated failure leaves null in the place of its batch. */
const batches = <S extends z.ZodType>(output: S) => part(z.array(output.nullable()));

export const Parts = z.object({
  run: z.string(),
  out: z.string().optional(),
  inventory: Summary,
  analysis: batches(Analysis),
  lint: batches(Findings),
  secrets: batches(Findings),
  duplicates: part(Clones),
});
export type Parts = z.infer<typeof Parts>;

const TITLES = { analysis: 'Analysis', lint: 'Lint', secrets: 'Credentials', duplicates: 'Duplicates' } as const;
type PartName = keyof typeof TITLES;

export interface Gap {
  readonly part: PartName;
  readonly text: string;
}

/** What is missing, or is there in part only. A part that was not wanted (`when`) is no gap. */
export function gapsIn(parts: Parts): Gap[] {
  return (Object.keys(TITLES) as PartName[]).flatMap((name): Gap[] => {
    const { status, failure, failures, output } = parts[name];
    const title = TITLES[name];
    if (status !== 'succeeded' && status !== 'skipped') {
      return [{ part: name, text: `${title}: missing: ${reasonOf(failure ?? failures?.[0]?.failure, status)}` }];
    }
    if (failures == null || failures.length === 0) return [];
    const total = Array.isArray(output) ? output.length : failures.length;
    const first = reasonOf(failures[0]?.failure, 'failed');
    return [{ part: name, text: `${title}: ${failures.length} of ${total} batches of files are missing: ${first}` }];
  });
}

const reasonOf = (failure: Failure | null | undefined, status: string): string =>
  failure == null ? status : failure.message;
