// Writes the JSON Schemas of plans and configurations, which editors read for completion and descriptions.
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { configJsonSchema } from '../../config/json-schema.js';
import { planJsonSchema } from '../../domain/plan/json-schema.js';
import { makeDirectory } from '../../system/make-directory.js';
import { firstLineOf } from '../../system/system-error.js';
import { UsageError } from '../terminal/errors.js';

/** The paths of the files, as they begin with `directory`. Throws UsageError. */
export async function writeSchemas(cwd: string, directory: string): Promise<string[]> {
  const files = { 'plan.schema.json': planJsonSchema(), 'config.schema.json': configJsonSchema() };
  try {
    await makeDirectory(resolve(cwd, directory));
    for (const [name, schema] of Object.entries(files))
      await writeFile(resolve(cwd, directory, name), `${JSON.stringify(schema, null, 2)}\n`);
  } catch (error) {
    throw new UsageError([`--write: the schemas cannot be written: ${firstLineOf(error)}`]);
  }
  return Object.keys(files).map((name) => join(directory, name));
}
