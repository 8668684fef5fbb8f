// Sends spans, and keeps those that cannot be sent now.
// Q1. A sender waits until its spans have been sent, so that a worker that ends at any moment loses none: who sent them sends them again.
// Q2. Nothing waits for a receiver that is down or slow: after PATIENCE_MS the sender continues, and later ones do not wait at all until
//     spans are sent again.
// Q3. What is kept is bounded, and there is one warning for each time that the receiver is down.
import type { AgentLog } from '../../domain/agent/agent.js';
import { settlesWithin } from '../call-agent/run-in-time.js';
import { messageOf } from '../errors/truncate-error.js';
import type { ReadableSpan, SpanExporter } from './exporter.js';

/** How long a run waits for its spans to be sent. A collector nearby takes milliseconds. */
export const PATIENCE_MS = 1_000;

/** About 20 MB. */
export const MAX_KEPT = 20_000;

/** As the batch processor of OpenTelemetry: a collector refuses requests that are much larger. */
const MAX_BATCH = 512;

const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 60_000;

/** How long a worker that ends tries to send what is left. */
const LAST_MS = 2_000;

interface SpanQueueOptions {
  readonly endpoint: string;
  readonly log: Pick<AgentLog, 'warn' | 'info'>;
  readonly pauseMs?: number;
  readonly patienceMs?: number;
}

export class SpanQueue {
  private kept: ReadableSpan[] = [];
  private dropped = 0;
  private isDown = false;
  private hasWarned = false;
  private exporter: Promise<SpanExporter> | undefined;
  private sending: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private pauseMs: number;

  constructor(
    private readonly open: () => Promise<SpanExporter>,
    private readonly options: SpanQueueOptions,
  ) {
    this.pauseMs = options.pauseMs ?? FIRST_PAUSE_MS;
  }

  /** Never rejects. */
  async send(spans: readonly ReadableSpan[]): Promise<void> {
    const room = Math.max(0, MAX_KEPT - this.kept.length);
    this.dropped += Math.max(0, spans.length - room);
    for (const span of spans.slice(0, room)) this.kept.push(span);
    if (this.isDown) return;
    const sent = this.flush();
    if (!(await settlesWithin(sent, this.options.patienceMs ?? PATIENCE_MS))) {
      this.isDown = true;
      this.warn('it does not answer in time');
    }
  }

  async close(): Promise<void> {
    clearTimeout(this.timer);
    if (this.kept.length > 0 || this.sending !== undefined) await settlesWithin(this.flush(), LAST_MS);
    clearTimeout(this.timer);
    const exporter = await this.exporter?.catch(() => undefined);
    if (exporter !== undefined) await settlesWithin(exporter.shutdown(), LAST_MS);
  }

  /** All of it is sent by one sender at a time. */
  private flush(): Promise<void> {
    this.sending ??= this.sendKept().finally(() => (this.sending = undefined));
    return this.sending;
  }

  private async sendKept(): Promise<void> {
    while (this.kept.length > 0) {
      const batch = this.kept.slice(0, MAX_BATCH);
      try {
        const exporter = await (this.exporter ??= this.open());
        await exported(exporter, batch);
      } catch (error) {
        if (isRefusal(error)) this.forget(batch);
        return this.fail(error);
      }
      this.forget(batch);
      this.recover();
    }
  }

  private forget(batch: readonly ReadableSpan[]): void {
    this.kept = this.kept.slice(batch.length);
  }

  private fail(error: unknown): void {
    this.isDown = true;
    // A package that is installed meanwhile is found.
    void this.exporter?.catch(() => (this.exporter = undefined));
    this.warn(messageOf(error));
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.flush(), this.pauseMs).unref();
    this.pauseMs = Math.min(LONGEST_PAUSE_MS, this.pauseMs * 2);
  }

  private warn(why: string): void {
    if (this.hasWarned) return;
    this.hasWarned = true;
    const where = originOf(this.options.endpoint);
    this.options.log.warn(
      `cannot send traces to ${where}: ${why}; up to ${MAX_KEPT} spans are kept and sent later; runs are not affected`,
    );
  }

  private recover(): void {
    this.isDown = false;
    if (!this.hasWarned) return;
    this.hasWarned = false;
    this.pauseMs = this.options.pauseMs ?? FIRST_PAUSE_MS;
    const lost = this.dropped === 0 ? '' : `; ${this.dropped} spans were lost`;
    this.dropped = 0;
    this.options.log.info(`traces are sent to ${originOf(this.options.endpoint)} again${lost}`);
  }
}

/** Without the user and the path, which may hold a secret. */
function originOf(endpoint: string): string {
  try {
    return new URL(endpoint).origin;
  } catch {
    return 'the endpoint of OTEL_EXPORTER_OTLP_ENDPOINT';
  }
}

const exported = (exporter: SpanExporter, batch: ReadableSpan[]): Promise<void> =>
  new Promise((resolve, reject) => {
    exporter.export(batch, ({ code, error }) => {
      // `ExportResultCode.SUCCESS`
      if (Number(code) === 0) resolve();
      else reject(error ?? new Error('the export failed without a reason'));
    });
  });

/** The receiver has answered that it will never take these spans. */
function isRefusal(error: unknown): boolean {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'number' && code >= 400 && code < 500 && code !== 408 && code !== 429;
}
