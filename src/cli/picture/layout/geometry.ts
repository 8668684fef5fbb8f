// Points and sizes.
export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Rounds a coordinate, so that the same picture is the same text on every machine. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
