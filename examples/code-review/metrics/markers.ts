// What people left for later: TODO and the like, at the start of a comment or followed by a colon or a bracket.
const WORDS = /\b(?:TODO|FIXME|HACK|XXX)\b/;
const AT_START = /^[^\p{L}\p{N}]*\b((?:TODO|FIXME|HACK|XXX)\b.*)/u;
const NAMED = /\b((?:TODO|FIXME|HACK|XXX)\s?[:(].*)/;

/** How a comment begins in most languages there are. */
const COMMENT = /(?:\/\/|\/\*|^\s*\*|#|--|<!--|;|%).*$/;

/** Longer lines were made by programs. */
const MAX_LINE = 2_000;
const MAX_TEXT = 120;

export interface FoundMarker {
  /** The first line is 1. */
  readonly line: number;
  readonly text: string;
}

export const markersInLines = (text: string): FoundMarker[] =>
  WORDS.test(text) ? text.split('\n').flatMap((line, index) => markerIn(COMMENT.exec(line)?.[0] ?? '', index + 1)) : [];

/** In the comment that begins on the line. */
export const markersInComment = (comment: string, firstLine: number): FoundMarker[] =>
  comment.split('\n').flatMap((line, index) => markerIn(line, firstLine + index));

function markerIn(comment: string, line: number): FoundMarker[] {
  const short = comment.slice(0, MAX_LINE);
  const found = (AT_START.exec(short) ?? NAMED.exec(short))?.[1];
  if (found === undefined) return [];
  const text = found.replace(/(?:\*\/|-->)\s*$/, '').trim();
  return [{ line, text: text.slice(0, MAX_TEXT) }];
}
