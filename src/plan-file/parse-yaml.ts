// Parses YAML with the lexer, parser and composer of the `yaml` package. They are called one by one so that the depth is checked
// before the composer recurses: near the end of the JavaScript stack, compiling a regular expression ends the process.
import { Composer, Lexer, Parser, type CST, type Document, type LineCounter, type YAMLError } from 'yaml';
import { oneLine } from '../domain/text/one-line.js';
import { reportBigNumber, reportDuplicate, type Report } from './report.js';
import { problemKeys } from './yaml-keys.js';
import { changedNumbers } from './yaml-numbers.js';

/** Twice the depth of a plan, because a level of a block takes two places on the parser's stack. */
const MAX_DEPTH = 400;
/** Enough for anchors that people write, too few for a small file to expand to a huge one. */
const MAX_ALIASES = 100;

class TooNestedError extends Error {}

interface Parsing {
  /** For messages: `plan`. */
  readonly noun: string;
  readonly report: Report;
}

export function parseYaml(text: string, lines: LineCounter, { noun, report }: Parsing): unknown {
  try {
    const document = composeOne(text, lines, { noun, report });
    for (const error of [...document.errors, ...document.warnings]) reportError(error, report);
    if (document.errors.length > 0) return undefined;
    if (isEmpty(document)) report('plan.syntax', undefined, `expected a ${noun}, got an empty file`);
    const keys = problemKeys(document);
    for (const { key, offset } of keys) {
      if (key !== undefined) reportDuplicate(key, offset, report);
      else report('plan.syntax', offset, 'expected a plain key, got a list or an object');
    }
    for (const { source, offset } of changedNumbers(document)) reportBigNumber(source, offset, report);
    // For such keys, the package would print a warning on the console.
    return keys.length > 0 ? undefined : document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    if (error instanceof TooNestedError) report('plan.too-nested', undefined, 'expected fewer levels of nesting');
    else if (error instanceof ReferenceError) report('plan.syntax', undefined, aliasProblem(error));
    else throw error;
    return undefined;
  }
}

function composeOne(text: string, lines: LineCounter, { noun, report }: Parsing): Document.Parsed {
  // Its own check of unique keys takes quadratic time.
  const composer = new Composer({ prettyErrors: false, schema: 'core', uniqueKeys: false });
  const [first, second] = composer.compose(tokensOf(text, lines), true, text.length);
  if (second !== undefined) {
    report('plan.syntax', second.range[0], `expected one ${noun} in a file, got several documents`);
  }
  // The second argument of `compose` makes sure that there is a document, even for an empty text.
  return first!;
}

function* tokensOf(text: string, lines: LineCounter): Generator<CST.Token> {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme);
    if (parser.stack.length > MAX_DEPTH) throw new TooNestedError();
  }
  yield* parser.end();
}

const reportError = ({ message, pos }: YAMLError, report: Report): void =>
  report('plan.syntax', pos[0], `expected YAML or JSON, got an error: ${oneLine(message)}`);

const isEmpty = ({ contents }: Document.Parsed): boolean =>
  contents === null || ('value' in contents && contents.value === null && contents.source === '');

const aliasProblem = ({ message }: ReferenceError): string =>
  message.startsWith('Excessive')
    ? `expected at most ${MAX_ALIASES} values from aliases, got more`
    : message.replace(/^./, (first) => first.toLowerCase());
