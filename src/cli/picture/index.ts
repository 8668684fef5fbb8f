// Renders the picture of a plan or a run, in one of several formats.
import type { Picture, PictureTask } from '../../domain/picture/picture.js';
import { visibleLine } from '../../domain/text/visible.js';
import { renderDot } from './dot.js';
import { renderHtml, renderPage } from './html/html.js';
import type { PageOptions, RunPage } from './html/run-page.js';
import { renderMermaid } from './mermaid.js';
import type { PictureFormat, PictureOptions } from './options.js';
import { renderSvg } from './svg/svg.js';
import { renderText } from './text.js';

const renderers = {
  text: renderText,
  mermaid: renderMermaid,
  dot: renderDot,
  svg: renderSvg,
  html: renderHtml,
} satisfies Record<PictureFormat, (picture: Picture, options: PictureOptions) => string>;

/** The content of a file in that format, which ends with a line break. The same picture gives the same file. */
export function renderPicture(picture: Picture, format: PictureFormat, options: PictureOptions = {}): Promise<string> {
  return Promise.resolve(renderers[format](visiblePicture(picture), options));
}

/** The page of a run. */
export const renderRunPage = (page: RunPage, options: PageOptions = {}): string =>
  renderPage(visiblePage(page), options);

/** Text from plans and runs is untrusted: hidden characters are shown as escapes in every format. */
const visiblePicture = ({ name, notes, tasks, ...rest }: Picture): Picture => ({
  ...rest,
  name: visibleLine(name),
  ...(notes === undefined ? {} : { notes: notes.map(visibleLine) }),
  tasks: tasks.map(visibleTask),
});

const visibleTask = ({ label, detail, why, waits, ...rest }: PictureTask): PictureTask => ({
  ...rest,
  label: visibleLine(label),
  ...(detail === undefined ? {} : { detail: visibleLine(detail) }),
  ...(why === undefined ? {} : { why: visibleLine(why) }),
  ...(waits === undefined ? {} : { waits: visibleLine(waits) }),
});

export const visiblePage = (page: RunPage): RunPage => ({
  ...page,
  picture: visiblePicture(page.picture),
  insides: new Map([...page.insides].map(([path, inside]) => [path, visiblePicture(inside)])),
});
