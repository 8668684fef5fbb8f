// The TypeScript examples of all pages, checked in one program against the sources of the package.
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import { ROOT, type Block } from './pages.js';

/** Examples of one page are in one folder: `file=agents.ts` gives one a name that the others can import. */
export function exampleFile({ page, line, words }: Pick<Block, 'page' | 'line' | 'words'>): string {
  const named = words.find((word) => word.startsWith('file='))?.slice('file='.length);
  return join(page.replaceAll('/', '_'), named ?? `line-${line}.ts`);
}

/** `docs/agents.md:12: message`, for each error. */
export function typeErrors(blocks: readonly Block[]): string[] {
  const folder = join(ROOT, 'docs-examples');
  const byFile = new Map(blocks.map((block) => [join(folder, exampleFile(block)), block]));
  const options = readOptions();
  const host = overlay(ts.createCompilerHost(options), byFile);
  const program = ts.createProgram({ rootNames: [...byFile.keys()], options, host });
  return [...byFile].flatMap(([file, block]) => {
    const source = program.getSourceFile(file)!;
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return found.map(({ start = 0, messageText }) => {
      const { line } = source.getLineAndCharacterOfPosition(start);
      return `${block.page}:${block.line + line + 1}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
    });
  });
}

function readOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
    config: unknown;
  };
  const { options } = ts.parseJsonConfigFileContent(config, { ...ts.sys, readDirectory: () => [] }, ROOT);
  return {
    ...options,
    declaration: false,
    sourceMap: false,
    // Without it the variables of a block that imports nothing would be seen by all others.
    moduleDetection: ts.ModuleDetectionKind.Force,
    paths: {
      'baton-orchestrator': [join(ROOT, 'src/index.ts')],
      'baton-orchestrator/testing': [join(ROOT, 'src/testing.ts')],
      'baton-orchestrator/workflows': [join(ROOT, 'src/workflows.ts')],
    },
  };
}

function overlay(host: ts.CompilerHost, byFile: ReadonlyMap<string, Block>): ts.CompilerHost {
  const folders = new Set([...byFile.keys()].map((file) => dirname(file)));
  const isOurs = (folder: string) => [...folders].some((one) => !relative(folder, one).startsWith('..'));
  return {
    ...host,
    fileExists: (file) => byFile.has(file) || host.fileExists(file),
    readFile: (file) => byFile.get(file)?.text ?? host.readFile(file),
    directoryExists: (folder) => isOurs(folder) || (host.directoryExists?.(folder) ?? false),
    getSourceFile(file, version, ...rest) {
      const text = byFile.get(file)?.text;
      return text === undefined
        ? host.getSourceFile(file, version, ...rest)
        : ts.createSourceFile(file, text, version, true);
    },
  };
}
