// What a caller may choose about a picture.

export const PICTURE_FORMATS = ['text', 'mermaid', 'dot', 'svg', 'html'] as const;
export type PictureFormat = (typeof PICTURE_FORMATS)[number];

/** Both settings apply to the text form only. */
export interface PictureOptions {
  /** Colours the glyphs, for `io.print`. */
  readonly colour?: boolean;
  /** The maximum number of rows. */
  readonly limit?: number;
}
