import { setImmediate } from 'node:timers/promises';
import { functionAgent } from 'baton-orchestrator';
import { Analysis, Batch } from '../contract.js';
import { measureFile, type FileMetrics } from '../metrics/measure-file.js';
import { summarizeFiles } from '../metrics/summarize-files.js';

export const fileAnalyzer = functionAgent({
  type: 'file-analyzer',
  description: 'Measures files: lines, functions, complexity, markers',
  input: Batch,
  output: Analysis,
  async run({ root, files }, { signal, log }) {
    const measured: FileMetrics[] = [];
    const unreadable: string[] = [];
    for (const path of files) {
      // Parsing keeps this process busy; others want their turn.
      await setImmediate(undefined, { signal });
      try {
        measured.push(await measureFile(root, path));
      } catch (error) {
        log.warn(`cannot measure ${path}`, { reason: String(error) });
        unreadable.push(path);
      }
    }
    return summarizeFiles(measured, unreadable);
  },
});
