// Where an output comes from if this run did not make it. This run then spent nothing on it and does not undo it.

/** `reused`: from the run that this one is a fork of; `cached`: from any run that recently made the same call. */
export type Origin = 'reused' | 'cached';

/** The origin of a value made from several outputs; `undefined` if this run made any of them. */
export function jointOrigin(origins: Iterable<Origin | undefined>): Origin | undefined {
  let joint: Origin | undefined;
  for (const origin of origins) {
    if (origin === undefined) return undefined;
    if (joint !== 'reused') joint = origin;
  }
  return joint;
}
