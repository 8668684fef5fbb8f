import { Option, type Command } from 'commander';
import type { Io } from '../terminal/io.js';
import { withServer, type ServerOptions } from '../arguments/options.js';
import { parseListen, type ListenAddress } from '../arguments/listen.js';
import { isLoopback } from '../../system/loopback.js';
import { UsageError } from '../terminal/errors.js';

interface CodecServerOptions extends ServerOptions {
  readonly listen: ListenAddress;
  readonly token?: string;
  readonly cors?: readonly string[];
}

const TOKEN_VARIABLE = 'BATON_CODEC_TOKEN';
const DEFAULT_LISTEN = '127.0.0.1:8088';

export function define(command: Command, io: Io): void {
  withServer(command)
    .addOption(
      new Option('--listen <host:port>', 'where to listen')
        .argParser(parseListen)
        .default(parseListen(DEFAULT_LISTEN), DEFAULT_LISTEN),
    )
    .option('--token <token>', `who may read; better in ${TOKEN_VARIABLE}, which no process list shows`)
    .option('--cors <origin...>', 'origins whose pages may call; default: the Web UI of the server')
    .action(async (_options: CodecServerOptions, self: Command) => {
      const { listen, cors, ...options } = self.optsWithGlobals<CodecServerOptions>();
      const token = options.token ?? io.env[TOKEN_VARIABLE];
      if (token === '') throw new UsageError([`--token: expected a token, got an empty one`]);
      if (token === undefined && !isLoopback(listen.host)) {
        throw new UsageError([
          `--listen: expected an address of this machine (127.0.0.1, ::1), got ${listen.host}: ` +
            `other machines could read all values; give a token with --token or ${TOKEN_VARIABLE}`,
        ]);
      }
      const [{ withSession }, { serveCodec }] = await Promise.all([
        import('../session/with-session.js'),
        import('../session/serve-codec.js'),
      ]);
      await withSession(io, options, async ({ baton, server }, config) => {
        const { loadedDataConverter: dataConverter } = baton.client.options;
        const { storesValues } = await import('../../values.js');
        if (config?.encryption === undefined && !storesValues(dataConverter)) {
          throw new UsageError(['codec-server: expected "encryption" or "storage" in the configuration, got neither']);
        }
        const origins = (cors ?? originsOf(server.webUi)).map(parseOrigin);
        await serveCodec(io, { listen, token, origins, dataConverter });
      });
    });
}

/** People open the Web UI of this machine under both names. */
const originsOf = (webUi: string | undefined): string[] =>
  webUi === undefined ? [] : [webUi, webUi.replace('//127.0.0.1:', '//localhost:')];

function parseOrigin(text: string): string {
  if (URL.canParse(text) && new URL(text).origin !== 'null') return new URL(text).origin;
  throw new UsageError([
    `--cors: expected an origin such as https://temporal.example.com, got ${JSON.stringify(text)}`,
  ]);
}
