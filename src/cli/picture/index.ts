// The pictures of a plan or a run, one file for each format.
import type { Picture } from '../../domain/picture.js';
import { renderDot } from './dot.js';
import { renderHtml } from './html.js';
import { renderMermaid } from './mermaid.js';
import { renderSvg } from './svg.js';
import { renderText } from './text.js';

export interface PictureOptions {
  /** Of the text form: glyphs in colour, for a terminal. */
  readonly colour?: boolean;
  /** Of the text form: the most rows. */
  readonly limit?: number;
}

const renderers = {
  text: renderText,
  mermaid: renderMermaid,
  dot: renderDot,
  svg: renderSvg,
  html: renderHtml,
} satisfies Record<string, (picture: Picture, options: PictureOptions) => string>;

export type PictureFormat = keyof typeof renderers;

export const pictureFormats: readonly PictureFormat[] = ['text', 'mermaid', 'dot', 'svg', 'html'];

/** The picture as a file of that format, its last line ended. The same picture gives the same file. */
export function renderPicture(picture: Picture, format: PictureFormat, options: PictureOptions = {}): Promise<string> {
  return Promise.resolve(renderers[format](picture, options));
}
