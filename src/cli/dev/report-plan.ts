// What `baton dev` reports of a plan file that the configuration does not name: each run reads it again, so no worker is started for it.
import { relative } from 'node:path';
import { isRecord } from '../../domain/json/own-property.js';
import { visibleName } from '../../domain/text/visible.js';
import { shellWord } from '../../domain/text/shell-word.js';
import { parseText } from '../../plan-file/parse-text.js';
import { readText } from '../../plan-file/read-text.js';
import { findProblems } from '../validate/find-problems.js';
import { formatPlaced, withPlaces } from '../validate/places.js';
import type { LoadedConfig } from '../session/load-config.js';

/** `tasks` as a key at the top, in a text that cannot be parsed. */
const TASKS = /^ {0,2}(?:"tasks"|tasks) *:/m;

/** One line, or `undefined` if the file is not a plan. */
export async function planReport(path: string, config: LoadedConfig | undefined): Promise<string | undefined> {
  const text = await readText(path).catch(() => '');
  if (!isPlan(text)) return undefined;
  const file = relative(process.cwd(), path);
  const name = visibleName(file);
  const { problems } = await findProblems(file, config);
  const [first] = await withPlaces(problems.slice(0, 1), file);
  if (first === undefined) return `${name} changed: it is valid, and the next run uses it`;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more: baton validate ${shellWord(file)})` : '';
  return `${name} changed, and no run can use it: ${formatPlaced(first)}${more}`;
}

function isPlan(text: string): boolean {
  try {
    const data = parseText(text, { file: '', noun: 'plan' });
    return isRecord(data) && Object.hasOwn(data, 'tasks');
  } catch {
    return TASKS.test(text);
  }
}
