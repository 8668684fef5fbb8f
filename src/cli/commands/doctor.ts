import type { Command } from 'commander';
import { withJson, withServer } from '../arguments/options.js';
import type { DoctorOptions } from '../doctor/options.js';
import type { Io } from '../terminal/io.js';

export function define(command: Command, io: Io): void {
  withJson(withServer(command))
    .option('--stale <duration>', 'report what has made no progress for this long', '1h')
    .action(async (options: DoctorOptions) => {
      const { runDoctor } = await import('../doctor/run-doctor.js');
      await runDoctor(io, options);
    });
}
