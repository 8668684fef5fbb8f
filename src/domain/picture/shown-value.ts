// Values of a run as a page shows them: as indented JSON, cut, with hidden characters as escapes, and without what looks like a secret. A worker has already replaced the
// secrets that it knows; this is for those that were given to it as plain values.
import { visible } from '../text/visible.js';
import { headOf } from '../text/well-formed.js';

export interface ShownValue {
  readonly text: string;
  /** The number of characters of the whole, if the text was cut. */
  readonly cutFrom?: number;
}

const SECRET_NAME =
  /pass(?:word|wd|phrase)|secret|token$|api[-_]?key|authorization|cookie|credential|private[-_]?key|signature/i;

const HIDDEN = '•••';

export function shownValue(value: unknown, maxLength: number): ShownValue {
  const text = typeof value === 'string' ? value : (JSON.stringify(value, hideSecrets, 2) ?? 'null');
  const shown = visible(headOf(text, maxLength));
  return text.length <= maxLength ? { text: shown } : { text: shown, cutFrom: text.length };
}

const hideSecrets = (key: string, value: unknown): unknown =>
  typeof value === 'string' && value !== '' && SECRET_NAME.test(key) ? HIDDEN : value;
