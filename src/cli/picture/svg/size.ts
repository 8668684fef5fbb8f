// The size of the boxes of a picture: the same for all, so that columns are straight, and as narrow as the longest text allows.
import type { Picture } from '../../../domain/picture/picture.js';
import { textWidth } from '../fit.js';
import type { Size } from '../layout/geometry.js';

export interface BoxSize extends Size {
  /** Only ids are shown, because with many boxes more text would be illegible. */
  readonly isDense: boolean;
  readonly rowGap: number;
  /** The maximum length of an id and of a label, in characters. */
  readonly idColumns: number;
  readonly labelColumns: number;
}

export const ID_SIZE = 13;
export const LABEL_SIZE = 11;
/** The left end of the text, to the right of the status. */
export const TEXT_LEFT = 34;
/** The width of the two icons to the right of the id. */
export const ICONS_WIDTH = 40;
const PADDING = 12;

const USUAL_DETAIL = 'attempt 2 · because of publish';

const MANY_TASKS = 150;
const MIN_TEXT_WIDTH = 80;
const MAX_TEXT_WIDTH = 220;

/** `isLive`: texts that change while a run is in progress do not change the size, because every box would move. */
export function boxSize({ tasks }: Picture, isLive = false): BoxSize {
  const isDense = tasks.length > MANY_TASKS;
  const idWidths = tasks.map(({ id }) => textWidth(id, ID_SIZE) + ICONS_WIDTH - PADDING);
  const labelWidths = isDense
    ? []
    : tasks.flatMap((task) =>
        [task.label, isLive ? USUAL_DETAIL : (task.detail ?? '')].map((text) => textWidth(text, LABEL_SIZE)),
      );
  const widest = [...idWidths, ...labelWidths].reduce((most, width) => Math.max(most, width), MIN_TEXT_WIDTH);
  const textRoom = Math.ceil(Math.min(MAX_TEXT_WIDTH, widest));
  const hasDetail = isLive || tasks.some(({ detail }) => detail !== undefined && detail !== '');
  return {
    isDense,
    width: TEXT_LEFT + textRoom + PADDING,
    height: isDense ? 28 : hasDetail ? 62 : 46,
    rowGap: isDense ? 8 : 16,
    idColumns: Math.floor((textRoom + PADDING - ICONS_WIDTH) / textWidth('0', ID_SIZE)),
    labelColumns: Math.floor(textRoom / textWidth('0', LABEL_SIZE)),
  };
}
