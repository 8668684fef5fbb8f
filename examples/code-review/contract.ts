// What the agents of the review hand to each other. Everything here travels in the history of the run, so every list has
// an end: an agent keeps what matters most, and counts the rest.
import { z } from 'zod';

/** `script` is what oxlint reads, `code` is any other language, `text` is the rest that people write. */
export const Kind = z.enum(['script', 'code', 'text']);
export type Kind = z.infer<typeof Kind>;

const Count = z.int().min(0);

/** Files that one call looks at; paths are relative to `root`. */
export const Batch = z.strictObject({ root: z.string(), kind: Kind, files: z.array(z.string()).min(1) });
export type Batch = z.infer<typeof Batch>;

export const Summary = z.strictObject({
  root: z.string(),
  name: z.string(),
  /** Who said which files belong: git, or a walk that honours each .gitignore. */
  source: z.enum(['git', 'walk']),
  files: Count,
  bytes: Count,
  kinds: z.strictObject({ script: Count, code: Count, text: Count }),
  left: z.strictObject({ binary: Count, large: Count, unreadable: Count, beyond: Count }),
  /** Some of those that were too large. */
  large: z.array(z.string()),
});
export type Summary = z.infer<typeof Summary>;

export const Inventory = z.strictObject({ summary: Summary, batches: z.array(Batch) });
export type Inventory = z.infer<typeof Inventory>;

export const FunctionMetrics = z.strictObject({
  path: z.string(),
  line: Count,
  name: z.string(),
  lines: Count,
  /** Cyclomatic: one, and one for each branch. */
  complexity: Count,
});
export type FunctionMetrics = z.infer<typeof FunctionMetrics>;

export const Marker = z.strictObject({ path: z.string(), line: Count, text: z.string() });
export type Marker = z.infer<typeof Marker>;

export const LanguageLines = z.strictObject({ files: Count, lines: Count, blank: Count });

export const Analysis = z.strictObject({
  languages: z.record(z.string(), LanguageLines),
  functions: Count,
  /** The most complex ones and the longest ones. */
  notable: z.array(FunctionMetrics),
  longest: z.array(z.strictObject({ path: z.string(), lines: Count })),
  markers: z.strictObject({ total: Count, shown: z.array(Marker) }),
  unparsed: z.array(z.strictObject({ path: z.string(), reason: z.string() })),
  /** Gone or closed since the inventory. */
  unreadable: z.array(z.string()),
});
export type Analysis = z.infer<typeof Analysis>;

export const Finding = z.strictObject({
  path: z.string(),
  line: Count,
  rule: z.string(),
  severity: z.enum(['error', 'warning']),
  message: z.string(),
});
export type Finding = z.infer<typeof Finding>;

export const Findings = z.strictObject({
  total: Count,
  errors: Count,
  rules: z.record(z.string(), Count),
  shown: z.array(Finding),
});
export type Findings = z.infer<typeof Findings>;

const Place = z.strictObject({ path: z.string(), start: Count, end: Count });
export const Clones = z.strictObject({
  files: Count,
  /** Files that were not compared, for there was too much. */
  left: Count,
  total: Count,
  lines: Count,
  shown: z.array(z.strictObject({ lines: Count, first: Place, second: Place })),
});
export type Clones = z.infer<typeof Clones>;
