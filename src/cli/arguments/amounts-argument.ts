// Amounts of a budget on the command line: `calls=8,usd=2`, or JSON, or @FILE.
import { readJsonArgument } from './json-argument.js';
import { UsageError } from '../terminal/errors.js';

const ASSIGNMENTS = /^\s*\w+\s*=/;
/** The name of an amount alone. */
const BARE = /^\s*[a-z]+\s*$/i;

/** Which amounts there are is checked by the caller. Throws UsageError. */
export async function readAmountsArgument(option: string, value: string, cwd: string): Promise<unknown> {
  if (BARE.test(value))
    throw new UsageError([
      `${option}: expected JSON, got ${JSON.stringify(value)}; or NAME=AMOUNT as in calls=8,usd=2`,
    ]);
  if (!ASSIGNMENTS.test(value)) return await readJsonArgument(option, value, cwd);
  const amounts = new Map<string, unknown>();
  for (const part of value.split(',')) {
    const [, name, amount] = /^\s*(\w+)\s*=\s*(\S+)\s*$/.exec(part) ?? [];
    if (name === undefined || amount === undefined)
      throw new UsageError([`${option}: expected NAME=AMOUNT as in calls=8,usd=2, got ${JSON.stringify(part)}`]);
    if (amounts.has(name)) throw new UsageError([`${option}: expected each amount once, got ${name} again`]);
    amounts.set(name, /^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(amount) ? Number(amount) : amount);
  }
  return Object.fromEntries(amounts);
}
