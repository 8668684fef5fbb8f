// Ajv takes a tenth of a second to load, and most commands check no JSON Schema. It is loaded when the first schema is compiled, by `require`,
// because schemas are compiled synchronously.
import { createRequire } from 'node:module';
import type { _, Ajv } from 'ajv';
import type { Ajv2020 } from 'ajv/dist/2020.js';
import type addFormats from 'ajv-formats';
import type { fullFormats } from 'ajv-formats/dist/formats.js';
import { once } from './once.js';

interface AjvPackages {
  readonly _: typeof _;
  readonly Ajv: typeof Ajv;
  readonly Ajv2020: typeof Ajv2020;
  readonly addFormats: typeof addFormats.default;
  readonly fullFormats: typeof fullFormats;
}

export const ajvPackages = once((): AjvPackages => {
  const require = createRequire(import.meta.url);
  return {
    ...(require('ajv') as Pick<AjvPackages, '_' | 'Ajv'>),
    ...(require('ajv/dist/2020.js') as Pick<AjvPackages, 'Ajv2020'>),
    addFormats: (require('ajv-formats') as typeof addFormats).default,
    ...(require('ajv-formats/dist/formats.js') as Pick<AjvPackages, 'fullFormats'>),
  };
});
