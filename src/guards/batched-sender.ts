// Sends a worker's messages to a Workflow that workers share, one at a time. What gathers meanwhile is part of the next message.

export class BatchedSender {
  private sending: Promise<void> | undefined;
  private timer: { readonly at: number; readonly handle: NodeJS.Timeout } | undefined;

  /** `send` takes everything that has gathered. It never rejects. */
  constructor(private readonly send: () => Promise<void>) {}

  /** Sends within this time, or earlier if that is already scheduled. */
  schedule(ms: number): void {
    const at = performance.now() + ms;
    if (this.timer !== undefined && this.timer.at <= at) return;
    this.cancel();
    const handle = setTimeout(() => {
      this.timer = undefined;
      void this.flush().then((isSent) => isSent || this.schedule(0));
    }, ms);
    // Unsent messages must not keep the process alive.
    handle.unref();
    this.timer = { at, handle };
  }

  /** Sends now, and waits until it has ended. If a message is under way already, it waits for that one instead, and returns false. */
  async flush(): Promise<boolean> {
    if (this.sending !== undefined) {
      await this.sending;
      return false;
    }
    this.sending = this.send();
    await this.sending;
    this.sending = undefined;
    return true;
  }

  /** Cancels what is scheduled. */
  cancel(): void {
    clearTimeout(this.timer?.handle);
    this.timer = undefined;
  }
}
