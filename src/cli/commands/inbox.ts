import type { Command } from 'commander';
import type { InboxOptions } from '../../client/inbox.js';
import type { Io } from '../terminal/io.js';
import { parseWhole, withJson, withServer } from '../arguments/options.js';
import type { InboxCommandOptions } from '../inbox/show-inbox.js';

interface Options extends InboxCommandOptions, Required<Pick<InboxOptions, 'limit'>> {
  readonly plan?: string;
  readonly tenant?: string;
  readonly events?: boolean;
}

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 10_000;

export function define(command: Command, io: Io): void {
  withJson(withServer(command))
    .option('--watch', 'show what begins to wait, until Ctrl-C')
    .option('--events', 'also the events that tasks wait for')
    .option('--plan <name>', 'only runs of this plan')
    .option('--tenant <name>', 'only runs of this tenant')
    .option(
      '--limit <count>',
      'maximum number of runs that are read',
      (value) => parseWhole('--limit', value, 1, MAX_LIMIT),
      DEFAULT_LIMIT,
    )
    .action(async ({ limit, plan, tenant, events, ...options }: Options) => {
      const [{ showInbox }, { defined }] = await Promise.all([
        import('../inbox/show-inbox.js'),
        import('../../domain/json/defined.js'),
      ]);
      const kinds = ['approval', 'plan', 'budget', ...(events === true ? (['event'] as const) : [])] as const;
      await showInbox(io, { limit, kinds, ...defined({ plan, tenant }) }, options);
    });
}
