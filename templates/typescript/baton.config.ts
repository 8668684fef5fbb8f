import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { commandAgent, defineConfig, functionAgent } from 'baton-orchestrator';
import { z } from 'zod';

const findNotes = functionAgent({
  type: 'find-notes',
  description: 'Lists the text files of a folder',
  input: z.object({ folder: z.string() }),
  output: z.object({ files: z.array(z.string()) }),
  run: async ({ folder }, { log }) => {
    const names = await readdir(folder);
    const files = names.filter((name) => name.endsWith('.txt')).map((name) => join(folder, name));
    log.info(`found ${files.length} files`);
    return { files };
  },
});

const countWords = commandAgent({
  type: 'count-words',
  description: 'Counts the words of a file',
  command: ['python3', 'agents/count_words.py'],
  timeout: '10s',
  output: z.object({ file: z.string(), words: z.number() }),
});

export default defineConfig({ agents: [findNotes, countWords] });
