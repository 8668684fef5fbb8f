// Makes `generated/re2.js` from the npm package `re2js`: the regular expression engine, but counting its steps.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import ts from 'typescript';
import { GLOBALS, parse, transform, withCount } from './metering.mjs';

const require = createRequire(import.meta.url);

export function makeRe2() {
  // The ES module is in the same folder as the file that `require` finds.
  const path = require.resolve('re2js').replace(/index\.cjs$/, 'index.js');
  const code = transform(
    parse('re2.js', readFileSync(path, 'utf8')),
    (node) => (ts.isExportDeclaration(node) ? ts.factory.createNotEmittedStatement(node) : undefined),
    (node) => withCount(node, () => 1),
  );
  return `// Made from re2js (MIT) by scripts/generate. Do not edit.
/* eslint-disable */
let $left = Infinity;
export class TooManySteps extends Error {}
const $stop = () => { throw new TooManySteps('too many steps'); };
/** The number of steps that are still allowed; Infinity: no limit. */
export const counter = {
  get left() { return $left; },
  set left(value) { $left = value; },
};
export const RE2JS = (() => {
${GLOBALS}
${code}
return RE2JS;
})();
`;
}

export const RE2_TYPES = `// Made by scripts/generate. Do not edit.
export { RE2JS } from 're2js';
export class TooManySteps extends Error {}
export const counter: { left: number };
`;
