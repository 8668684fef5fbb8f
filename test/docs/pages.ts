// The pages of the documentation, read with a Markdown parser: their fenced blocks, links and anchors.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import GithubSlugger from 'github-slugger';
import { globbySync } from 'globby';
import MarkdownIt, { type Token } from 'markdown-it';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Pages whose examples are tested. */
export const TESTED = ['README.md', 'docs/**/*.md'];
/** Pages whose links are tested. */
export const LINKED = [
  ...TESTED,
  '{ARCHITECTURE,CONTRIBUTING,CHANGELOG,AGENTS,SECURITY}.md',
  'examples/**/README.md',
  '{test,test/docs,bench}/README.md',
];

export interface Block {
  /** `docs/agents.md:12`: the line of the fence. */
  readonly at: string;
  readonly page: string;
  /** The line of the fence; the text begins on the next. */
  readonly line: number;
  readonly language: string;
  /** The words after the language: `plan`, `run`, `file=agents.ts`. */
  readonly words: readonly string[];
  readonly text: string;
}

export interface Link {
  readonly at: string;
  readonly url: string;
}

export interface Heading {
  readonly text: string;
  /** 1 is the title of the page. */
  readonly level: number;
  readonly anchor: string;
}

export interface Page {
  readonly file: string;
  readonly blocks: readonly Block[];
  readonly links: readonly Link[];
  readonly headings: readonly Heading[];
  /** Anchors that are written in HTML: `<a id="…">`. */
  readonly ids: readonly string[];
}

/** The second word of a fence, where it says what the block is: `yaml plan`, `ts run`. */
const FORMS = ['plan', 'config', 'expression', 'fragment', 'run'];

/** The language, and the form if it has one. */
export const kindOf = ({ language, words }: Block): string =>
  FORMS.includes(words[0] ?? '') ? `${language} ${words[0]}` : language;

export const readPages = (patterns: readonly string[]): Page[] =>
  globbySync(patterns, { cwd: ROOT, ignore: ['**/node_modules/**'] })
    .sort()
    .map((file) => readPage(file, readFileSync(join(ROOT, file), 'utf8')));

const markdown = new MarkdownIt({ html: true });

export function readPage(file: string, text: string): Page {
  const blocks: Block[] = [];
  const links: Link[] = [];
  const headings: Heading[] = [];
  const ids: string[] = [];
  const slugger = new GithubSlugger();
  const read = (token: Token, line: number, before?: Token): void => {
    const at = `${file}:${line}`;
    if (token.type === 'fence' || token.type === 'code_block') {
      const [language = '', ...words] = token.info.trim().split(/\s+/);
      blocks.push({ at, page: file, line, language, words, text: token.content });
    } else if (token.type.startsWith('html')) {
      for (const [, name, value] of token.content.matchAll(/\b(href|src|srcset|id)="([^"]*)"/g)) {
        if (name === 'id') ids.push(value!);
        else links.push({ at, url: value! });
      }
    }
    const url = token.attrGet('href') ?? token.attrGet('src');
    if (url !== null) links.push({ at, url: String(url) });
    if (before?.type === 'heading_open') {
      const title = (token.children ?? []).map(({ content }) => content).join('');
      headings.push({ text: title, level: Number(before.tag.slice(1)), anchor: slugger.slug(title) });
    }
    let childLine = line;
    for (const child of token.children ?? []) {
      read(child, childLine);
      if (child.type === 'softbreak' || child.type === 'hardbreak') childLine += 1;
    }
  };
  const tokens = markdown.parse(text, {});
  // The cells of a table have no line of their own.
  let line = 1;
  for (const [i, token] of tokens.entries()) {
    if (token.map !== null) line = token.map[0] + 1;
    read(token, line, tokens[i - 1]);
  }
  return { file, blocks, links, headings, ids };
}

/** A link within the repository, as a file and an anchor; nothing for a link to another site. */
export function targetOf(page: string, url: string): { file: string; anchor: string } | undefined {
  if (/^[a-z][a-z\d+.-]*:/i.test(url)) return undefined;
  const [path = '', anchor = ''] = url.split('#', 2);
  return { file: path === '' ? page : join(dirname(page), decodeURIComponent(path)), anchor };
}
