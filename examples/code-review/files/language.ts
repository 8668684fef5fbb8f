// The languages that the report knows by name; any other file goes under its own ending.
import { basename, extname } from 'node:path';
import type { Kind } from '../contract.js';

interface Language {
  readonly name: string;
  readonly kind: Kind;
}

const ENDINGS: Readonly<Record<Kind, Readonly<Record<string, string>>>> = {
  script: { JavaScript: 'js mjs cjs jsx', TypeScript: 'ts mts cts tsx' },
  code: {
    C: 'c h',
    'C#': 'cs',
    'C++': 'cc cpp cxx hh hpp hxx',
    Clojure: 'clj cljs cljc',
    CSS: 'css scss sass less',
    Dart: 'dart',
    Elixir: 'ex exs',
    Erlang: 'erl hrl',
    Go: 'go',
    Groovy: 'groovy gradle',
    Haskell: 'hs',
    Java: 'java',
    Julia: 'jl',
    Kotlin: 'kt kts',
    Lua: 'lua',
    'Objective-C': 'm mm',
    OCaml: 'ml mli',
    Perl: 'pl pm',
    PHP: 'php',
    Protobuf: 'proto',
    Python: 'py pyi',
    R: 'r',
    Ruby: 'rb',
    Rust: 'rs',
    Scala: 'scala sc',
    Shell: 'sh bash zsh fish',
    SQL: 'sql',
    Svelte: 'svelte',
    Swift: 'swift',
    Terraform: 'tf',
    Vue: 'vue',
    Zig: 'zig',
  },
  text: {
    HTML: 'html htm',
    JSON: 'json json5 jsonc jsonl map',
    Markdown: 'md mdx markdown',
    reStructuredText: 'rst',
    Text: 'txt',
    TOML: 'toml',
    XML: 'xml svg xsd xsl',
    YAML: 'yaml yml',
  },
};

const BY_ENDING: ReadonlyMap<string, Language> = new Map(
  Object.entries(ENDINGS).flatMap(([kind, languages]) =>
    Object.entries(languages).flatMap(([name, endings]) =>
      endings.split(' ').map((ending): [string, Language] => [`.${ending}`, { name, kind: kind as Kind }]),
    ),
  ),
);

const BY_NAME: ReadonlyMap<string, Language> = new Map([
  ['Dockerfile', { name: 'Docker', kind: 'code' }],
  ['Makefile', { name: 'Make', kind: 'code' }],
]);

export function languageOf(path: string): Language {
  const ending = extname(path).toLowerCase();
  const known = BY_NAME.get(basename(path)) ?? BY_ENDING.get(ending);
  return known ?? { name: ending === '' ? 'Other' : ending, kind: 'text' };
}
