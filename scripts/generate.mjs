// Makes `generated/`: forms of the libraries jsonata and re2js whose cost is bounded, for Workflow code. `npm run build` runs it.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { makeJsonata, JSONATA_TYPES } from './generate/jsonata.mjs';
import { makeRe2, RE2_TYPES } from './generate/re2.mjs';

const require = createRequire(import.meta.url);
const licenceOf = (name, entry) => readFileSync(join(dirname(require.resolve(name)), entry), 'utf8');

const folder = new URL('../generated/', import.meta.url);
mkdirSync(folder, { recursive: true });
const files = {
  'jsonata.js': makeJsonata(),
  'jsonata.d.ts': JSONATA_TYPES,
  're2.js': makeRe2(),
  're2.d.ts': RE2_TYPES,
  // Both have the MIT licence, which requires its text next to the code.
  'LICENSES.txt': `jsonata.js\n\n${licenceOf('jsonata', 'LICENSE')}\nre2.js\n\n${licenceOf('re2js', '../LICENSE')}`,
};
for (const [name, text] of Object.entries(files)) writeFileSync(new URL(name, folder), text);
