import { truncateEnd } from '../text/truncate.js';

/** A regular expression that cannot be used: it is malformed, too large, or needs a feature that linear matching does not have. */
export class RegExpRefusedError extends Error {
  override readonly name = 'RegExpRefusedError';

  constructor(
    readonly source: string,
    readonly reason: string,
  ) {
    super(`expected a regular expression that can be matched in linear time, got ${shown(source)}: ${reason}`);
  }
}

const SHOWN = 100;

const shown = (source: string): string => `/${truncateEnd(source, SHOWN)}/`;
