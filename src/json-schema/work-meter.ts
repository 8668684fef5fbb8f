// The work that one check of a value may take. Some schemas take for ever with a small value: alternatives that refer to alternatives,
// or patterns on long texts. The steps of a check are counted, and a check that takes too many ends with an error.

/** Schemas that are checked, weighted with their size; this many take a second or two, if most do not fit. */
const MAX_CHECK_STEPS = 3_000_000;
/** Matching of regular expressions, in characters times the size of the pattern; up to 30 ns each, mostly far less. */
const MAX_MATCHING = 1e8;
/** The total size of all patterns of a schema; this much compiles in less than half a second. */
const MAX_PATTERNS = 40_000;

export class WorkMeter {
  #steps = 0;
  #matching = 0;
  #patterns = 0;

  /** Called before each check of a value. */
  begin(): void {
    this.#steps = 0;
    this.#matching = 0;
  }

  step(weight: number): void {
    this.#steps += weight;
    if (this.#steps > MAX_CHECK_STEPS) throw new RangeError(`the check takes more than ${MAX_CHECK_STEPS} steps`);
  }

  /** Counts one more pattern of the schema. */
  pattern(size: number): void {
    this.#patterns += size;
    if (this.#patterns > MAX_PATTERNS) throw new RangeError('the patterns of the schema are too large in total');
  }

  match(steps: number): void {
    this.#matching += steps;
    if (this.#matching > MAX_MATCHING) throw new RangeError('the patterns of the schema take too long on these texts');
  }
}
