// Finds code that was copied, with jscpd. Reads { root, files } as JSON from stdin, answers JSON on stdout.
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { json } from 'node:stream/consumers';

const require = createRequire(import.meta.url);

/** jscpd reads about half a megabyte a second. */
const MAX_BYTES = 24 * 1024 * 1024;
const MAX_FILE_BYTES = 512 * 1024;
/** Shorter copies are more often custom than debt. */
const MIN_TOKENS = 70;
const SHOWN = 50;

const { root, files } = await json(process.stdin);
const chosen = choose(files.map((file) => join(root, file)));
const clones = chosen.length === 0 ? [] : await detect(chosen);

const linesOf = ({ start, end }) => end.line - start.line + 1;
const placeOf = ({ sourceId, start, end }) => ({
  path: relative(root, sourceId).replaceAll('\\', '/'),
  start: start.line,
  end: end.line,
});

const longestFirst = clones.toSorted((a, b) => linesOf(b.duplicationA) - linesOf(a.duplicationA));
const answer = {
  files: chosen.length,
  left: files.length - chosen.length,
  total: clones.length,
  lines: clones.reduce((sum, { duplicationA }) => sum + linesOf(duplicationA), 0),
  shown: longestFirst.slice(0, SHOWN).map(({ duplicationA, duplicationB }) => ({
    lines: linesOf(duplicationA),
    first: placeOf(duplicationA),
    second: placeOf(duplicationB),
  })),
};
process.stdout.write(JSON.stringify(answer));

/** Those that are still there and not too large, as many as can be compared in time. */
function choose(paths) {
  let bytes = 0;
  return paths.filter((path) => {
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? Infinity;
    if (size > MAX_FILE_BYTES || bytes + size > MAX_BYTES) return false;
    bytes += size;
    return true;
  });
}

async function detect(path) {
  // Its ES module imports a file that is not there; the CommonJS one is whole.
  const { detectClones } = load();
  return await detectClones({
    path,
    absolute: true,
    silent: true,
    noTips: true,
    gitignore: false,
    reporters: [],
    minTokens: MIN_TOKENS,
    maxSize: `${MAX_FILE_BYTES}b`,
    maxLines: 20_000,
  });
}

function load() {
  try {
    return require('jscpd');
  } catch (error) {
    console.error(`jscpd cannot be loaded (${error.code}); run "npm install --save-dev jscpd@4.1.1"`);
    process.exit(69);
  }
}
