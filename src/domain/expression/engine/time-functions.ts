// Replaces JSONata's `$toMillis`, which reads 2024-02-30 as the 1st of March.
import { isCalendarDay, NO_SUCH_DAY } from '../../calendar-day.js';
import type { Rules } from '../../rules.js';
import { ExpressionError } from '../error.js';
import type { Focus, Fn, Functions } from './sequence.js';

export const toMillis = (fn: Functions, rules: () => Rules): Fn =>
  function (this: Focus, text: unknown, picture: unknown): unknown {
    if (rules() >= 3 && picture === undefined && typeof text === 'string' && !isCalendarDay(text)) {
      throw new ExpressionError(
        `$toMillis: expected an ISO 8601 time, got ${JSON.stringify(text.slice(0, 40))}; ${NO_SUCH_DAY}`,
      );
    }
    return fn['toMillis']!.call(this, text as never, picture as never);
  };
