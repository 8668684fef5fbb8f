// Tests of volume have two sizes: one for CI, which still fails if what they show is broken, and the full one for `scripts/nightly.sh`.

export const IS_NIGHT = process.env['BATON_NIGHTLY'] !== undefined;

/** The full size if `BATON_NIGHTLY` is set, and the other one in CI. */
export const atNight = <T>(full: T, otherwise: T): T => (IS_NIGHT ? full : otherwise);
