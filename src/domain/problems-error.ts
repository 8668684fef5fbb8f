/** Base class of errors that list problems, one on each line of the message. */
export abstract class ProblemsError<P = string> extends Error {
  constructor(
    readonly problems: readonly P[],
    print: (problem: P) => string = String,
  ) {
    super(problems.map(print).join('\n'));
  }
}
