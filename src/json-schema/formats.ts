// The formats of `ajv-formats` are regular expressions of JavaScript. All but `url` take time proportional to the text.
import type { Ajv } from 'ajv';
import { ajvPackages } from './ajv-packages.js';

/** Servers do not accept longer URLs. The time grows with the square of the length. */
const MAX_URL = 8_192;

export function boundFormats(ajv: Ajv): void {
  const { url } = ajvPackages().fullFormats;
  if (!(url instanceof RegExp))
    throw new TypeError('expected the format "url" of ajv-formats to be a regular expression');
  ajv.addFormat('url', (text: string) => text.length <= MAX_URL && url.test(text));
}
