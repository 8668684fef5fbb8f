import type { PoolSettings } from '../domain/pool/settings.js';
import type { FindServerOptions, FoundServer } from '../server/index.js';
import type { ValueSettings } from '../values.js';
import type { KnownAgents } from './check-plan.js';
import type { OnWaiting } from './await-result.js';

export interface ConnectOptions extends FindServerOptions, KnownAgents, ValueSettings {
  /** The Task Queue of the runs that are started; default `baton`. */
  readonly taskQueue?: string;
  /**
   * The project whose breakers and pools are read and changed. Default: the Task Queue, unless it is `baton`; else the nearest
   * directory upwards with a `baton.config.*`, from `directory` or the working directory; else `baton`.
   */
  readonly project?: string;
  /** The pools of the workers, as they are declared. */
  readonly pools?: readonly PoolSettings[];
  /**
   * Receives what a run waits for that cannot continue: a worker, or the server; `undefined` when it continues. Default: it is printed
   * on stderr.
   */
  readonly onWaiting?: OnWaiting;
  /** A server that has been found already; `close` does not release it. */
  readonly server?: Pick<FoundServer, 'connectionOptions' | 'namespace' | 'dataDirectory'>;
}
