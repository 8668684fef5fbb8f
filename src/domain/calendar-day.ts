/** False if the text begins with a day that does not exist, such as 2024-02-30: JavaScript reads it as a day of the next month. */
export function isCalendarDay(text: string): boolean {
  const day = /^\d{4}-\d{2}-\d{2}/.exec(text)?.[0];
  if (day === undefined) return true;
  const ms = Date.parse(day);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(day);
}

export const NO_SUCH_DAY = 'there is no such day';
