// What people left for later: TODO and the like, where it stands in a comment.
const WORD = /\b(?:TODO|FIXME|HACK|XXX)\b.*/;

/** How a comment begins in most languages there are. */
const COMMENT = /(?:\/\/|\/\*|^\s*\*|#|--|<!--|;|%|").*$/;

const MAX_TEXT = 120;

export interface FoundMarker {
  /** The first line is 1. */
  readonly line: number;
  readonly text: string;
}

export const markersInLines = (text: string): FoundMarker[] =>
  text.includes('TODO') || /FIXME|HACK|XXX/.test(text)
    ? text.split('\n').flatMap((line, index) => markerIn(COMMENT.exec(line)?.[0] ?? '', index + 1))
    : [];

/** In the comment that begins on the line. */
export const markersInComment = (comment: string, firstLine: number): FoundMarker[] =>
  comment.split('\n').flatMap((line, index) => markerIn(line, firstLine + index));

function markerIn(text: string, line: number): FoundMarker[] {
  const found = WORD.exec(text.slice(0, 2_000))?.[0];
  if (found === undefined) return [];
  return [
    {
      line,
      text: found
        .replace(/(?:\*\/|-->)\s*$/, '')
        .trim()
        .slice(0, MAX_TEXT),
    },
  ];
}
