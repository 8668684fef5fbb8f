// Replaces JSONata's functions that change what they read: `$toMillis` reads 2024-02-30 as the 1st of March, and `$number` rounds
// integers of 64 bits. Runs of the first rules keep them.
import { isCalendarDay, NO_SUCH_DAY } from '../../calendar-day.js';
import { isHeld } from '../../json/read-json.js';
import type { Rules } from '../../rules.js';
import { ExpressionError } from '../error.js';
import type { Focus, Fn, Functions } from './sequence.js';

const SHOWN = 40;

export const toMillis = (fn: Functions, rules: () => Rules): Fn =>
  function (this: Focus, text: unknown, picture: unknown): unknown {
    if (rules() >= 3 && picture === undefined && typeof text === 'string' && !isCalendarDay(text)) {
      throw new ExpressionError(`$toMillis: expected an ISO 8601 time, got ${shown(text)}; ${NO_SUCH_DAY}`);
    }
    return fn['toMillis']!.call(this, text as never, picture as never);
  };

/** Of a time that `$toMillis` reads by a picture; the month counts from 0. */
export interface DateComponents {
  readonly Y: number;
  readonly M: number;
  readonly D: number;
}

export function monthOf({ Y, M, D }: DateComponents, rules: Rules): number {
  const read = new Date(Date.UTC(Y, M, D));
  if (rules < 3 || Number.isNaN(read.getTime()) || (read.getUTCMonth() === M && read.getUTCDate() === D)) return M;
  const day = [String(Y).padStart(4, '0'), String(M + 1).padStart(2, '0'), String(D).padStart(2, '0')].join('-');
  throw new ExpressionError(`$toMillis: expected a time, got ${day}; ${NO_SUCH_DAY}`);
}

export const toNumber = (fn: Functions, rules: () => Rules): Fn =>
  function (this: Focus, value: unknown): unknown {
    const number = fn['number']!.call(this, value as never);
    if (rules() < 3 || typeof value !== 'string' || /^0[box]/i.test(value) || isHeld(value)) return number;
    throw new ExpressionError(
      `$number: expected a number that JavaScript can hold without changing it, got ${shown(value)}; keep it as text`,
    );
  };

const shown = (text: string): string => JSON.stringify(text.slice(0, SHOWN));
