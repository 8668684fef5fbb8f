// YAML by the `yaml` package, taken apart so that depth is bounded before its composer recurses: near the end of the
// JavaScript stack a regular expression that is compiled takes the process down.
import { Composer, Lexer, Parser, type CST, type Document, type LineCounter, type YAMLError } from 'yaml';
import { oneLine } from '../domain/one-line.js';
import { reportDuplicate, type Report } from './parse-text.js';
import { problemKeys } from './yaml-keys.js';

/** Twice what a plan may have: where a level of a block takes two places in the parser. */
const MAX_DEPTH = 400;
/** Enough for anchors that people write, too few to blow a small file up. */
const MAX_ALIASES = 100;

class TooNested extends Error {}

export function parseYaml(text: string, lines: LineCounter, report: Report): unknown {
  try {
    const document = composeOne(text, lines, report);
    for (const error of [...document.errors, ...document.warnings]) reportError(error, report);
    if (document.errors.length > 0) return undefined;
    if (isEmpty(document)) report('plan.syntax', undefined, 'expected a plan, got an empty file');
    const keys = problemKeys(document);
    for (const { key, offset } of keys) {
      if (key !== undefined) reportDuplicate(key, offset, report);
      else report('plan.syntax', offset, 'expected a plain key, got a list or an object');
    }
    // The package would warn on the console about such keys.
    return keys.length > 0 ? undefined : document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    if (error instanceof TooNested) report('plan.too-nested', undefined, 'expected fewer levels of nesting');
    else if (error instanceof ReferenceError) report('plan.syntax', undefined, aliasProblem(error));
    else throw error;
    return undefined;
  }
}

function composeOne(text: string, lines: LineCounter, report: Report): Document.Parsed {
  // Its own check of unique keys compares each with each other.
  const composer = new Composer({ prettyErrors: false, schema: 'core', uniqueKeys: false });
  const [first, second] = composer.compose(tokensOf(text, lines), true, text.length);
  if (second !== undefined) {
    report('plan.syntax', second.range[0], 'expected one plan in a file, got several documents');
  }
  // Composing was asked to give a document even where there is none.
  return first!;
}

function* tokensOf(text: string, lines: LineCounter): Generator<CST.Token> {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme);
    if (parser.stack.length > MAX_DEPTH) throw new TooNested();
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
