// Finds the JSON in the answer of a language model: in a code block, after its reasoning, or within a sentence.
//
// J1. The time is proportional to the length of the text, for any text: no regular expression runs over the text, and the
//     steps of all attempts of the scanner are bounded together.
// J2. Nothing is repaired: the result is valid JSON as it was written. Of JSON that breaks off, no part is used.
import { blocksIn } from './code-blocks.js';
import { JsonScanner } from './scanner.js';

export interface JsonInText {
  readonly value: unknown;
  /** The part of the text that the value was parsed from. */
  readonly json: string;
}

type Extraction = JsonInText | { readonly error: string };

/** If none of this many values fits, the search stops. */
const MAX_CANDIDATES = 20;

/** The tags that end a model's reasoning. Some models omit the tag that begins it. */
const THOUGHT_ENDS = ['</think>', '</thinking>', '</reasoning>'] as const;

/**
 * The JSON value in a text, or the error of parsing the whole text if there is none. Of several values it is the first that
 * `fits`, or the first of all if none fits. The order is: the whole text, code blocks, objects within the text, lists.
 */
export function extractJson(
  text: string,
  fits: (value: unknown) => boolean = () => true,
  parse: (json: string) => unknown = JSON.parse,
): Extraction {
  const parsed = (json: string) => tryParse(json, parse);
  const whole = parsed(text.trim());
  if ('value' in whole) return whole;
  let first: JsonInText | undefined;
  for (const part of searchedParts(text)) {
    let count = 0;
    for (const { json, certain } of candidates(part)) {
      const found = parsed(json);
      if ('error' in found) continue;
      if (fits(found.value)) return found;
      if (certain) first ??= found;
      if (++count === MAX_CANDIDATES) break;
    }
    if (first !== undefined) return first;
  }
  return whole;
}

/** The extraction of runs that began under rules 1: the whole text, or its first code block. */
export function extractFirstBlock(text: string): Extraction {
  const whole = tryParse(text);
  if ('value' in whole) return whole;
  const open = firstBlock(text);
  const close = open === undefined ? -1 : text.indexOf('```', open);
  return close < 0 ? whole : tryParse(text.slice(open, close).trimEnd());
}

/** The position after the first fence that is followed by white space with a line break. */
function firstBlock(text: string): number | undefined {
  for (let at = text.indexOf('```'); at >= 0; at = text.indexOf('```', at + 1)) {
    const label = text.startsWith('json', at + 3) ? at + 7 : at + 3;
    const rest = text.slice(label);
    const lineBreak = rest.slice(0, rest.length - rest.trimStart().length).lastIndexOf('\n');
    if (lineBreak >= 0) return label + lineBreak + 1;
  }
  return undefined;
}

/** The text after the reasoning, then the whole text: the answer may be within the reasoning. */
function searchedParts(text: string): readonly string[] {
  const end = Math.max(...THOUGHT_ENDS.map((tag) => (text.includes(tag) ? text.lastIndexOf(tag) + tag.length : 0)));
  return end === 0 ? [text] : [text.slice(end), text];
}

interface Candidate {
  readonly json: string;
  /** False for a list in a sentence, which may be a reference such as `see [1]`: it is used only if it fits. */
  readonly certain: boolean;
}

function* candidates(text: string): Generator<Candidate> {
  const scanner = new JsonScanner(text);
  yield { json: text.trim(), certain: true };
  for (const json of blocksIn(scanner)) yield { json, certain: true };
  const values = [...scanner.values()];
  for (const json of values) if (json.startsWith('{')) yield { json, certain: true };
  for (const json of values) if (json.startsWith('[')) yield { json, certain: false };
}

function tryParse(json: string, parse: (json: string) => unknown = JSON.parse): Extraction {
  try {
    return { value: parse(json), json };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}
