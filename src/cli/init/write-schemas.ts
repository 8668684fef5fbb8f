// Writes the JSON Schemas of plans and configurations, which editors read for completion and descriptions.
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { configJsonSchema } from '../../config/json-schema.js';
import { planJsonSchema } from '../../domain/plan/json-schema.js';
import { makeDirectory } from '../../system/make-directory.js';
import { firstLineOf } from '../../system/system-error.js';
import { UsageError } from '../terminal/errors.js';

/** The contents by name. */
export const schemaFiles = (): ReadonlyMap<string, string> =>
  new Map(
    Object.entries({ 'plan.schema.json': planJsonSchema(), 'config.schema.json': configJsonSchema() }).map(
      ([name, schema]) => [name, `${JSON.stringify(schema, null, 2)}\n`],
    ),
  );

/** The paths of the files, as they begin with `directory`. Throws UsageError. */
export async function writeSchemas(cwd: string, directory: string): Promise<string[]> {
  const files = schemaFiles();
  try {
    await makeDirectory(resolve(cwd, directory));
    for (const [name, text] of files) await writeFile(resolve(cwd, directory, name), text);
  } catch (error) {
    throw new UsageError([`--write: the schemas cannot be written: ${firstLineOf(error)}`]);
  }
  return [...files.keys()].map((name) => join(directory, name));
}
