// Colours, and the last step of all text that reaches a terminal. Text from outside may contain the sequences of colours, too, so
// Baton's own carry a mark that no text can guess: two random numbers, which libraries that measure text take for further
// parameters of the sequence. `forTerminal` shows every other control character as an escape, and takes the marks away.
import { randomInt } from 'node:crypto';
import pc from 'picocolors';
import { visible } from '../../domain/text/visible.js';

type ColourName = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan' | 'gray';

export type Colours = Readonly<Record<ColourName, (text: string) => string>> & { readonly isColorSupported: boolean };

const number = (): number => randomInt(1000, 10_000);
const MARK = `;${number()};${number()}m`;
const MARKED = new RegExp(`\u001B\\[(\\d+)${MARK}`, 'g');

const mark = (text: string): string => text.replace(/\u001B\[(\d+)m/g, `\u001B[$1${MARK}`);
const unmark = (text: string): string => text.replace(MARKED, '\u001B[$1m');

export function createColours(enabled: boolean): Colours {
  const plain = pc.createColors(enabled);
  const style = (name: ColourName) => {
    const [open = '', close = ''] = mark(plain[name]('|')).split('|');
    // A colour within the text must not end this one.
    const inner = (text: string): string => (close === '' ? text : text.replaceAll(close, close + open));
    return (text: string): string => `${open}${inner(text)}${close}`;
  };
  return {
    bold: style('bold'),
    dim: style('dim'),
    red: style('red'),
    green: style('green'),
    yellow: style('yellow'),
    blue: style('blue'),
    magenta: style('magenta'),
    cyan: style('cyan'),
    gray: style('gray'),
    isColorSupported: enabled,
  };
}

/** The text with Baton's own colours; everything else that could act on a terminal is shown as an escape. */
export const forTerminal = (text: string): string => unmark(printable(text));

/** As `forTerminal`, for text that is laid out first: colours keep their marks. The width of this text is that on the terminal. */
export const printable = (text: string): string =>
  text
    .split(MARKED)
    .map((part, index) => (index % 2 === 0 ? visible(part) : `\u001B[${part}${MARK}`))
    .join('');

/** For functions that know the usual sequences only. All colours in the text, which is `printable`, are Baton's own. */
export const inColours = (text: string, change: (text: string) => string): string => mark(change(unmark(text)));

export const withoutColours = (text: string): string => text.replace(MARKED, '');
