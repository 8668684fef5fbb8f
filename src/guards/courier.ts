// Carries a worker's messages to a Workflow that it shares with others, one at a time: what comes up meanwhile goes with the next.

export class Courier {
  private flight: Promise<void> | undefined;
  private timer: { readonly at: number; readonly handle: NodeJS.Timeout } | undefined;

  /** `carry` takes along all that there is to say, and never rejects. */
  constructor(private readonly carry: () => Promise<void>) {}

  /** Sets out within so many milliseconds, or earlier if it was to anyway. */
  within(ms: number): void {
    const at = performance.now() + ms;
    if (this.timer !== undefined && this.timer.at <= at) return;
    this.stay();
    const handle = setTimeout(() => {
      this.timer = undefined;
      void this.leave().then((left) => left || this.within(0));
    }, ms);
    // What has not been said is no reason to go on living.
    handle.unref();
    this.timer = { at, handle };
  }

  /** Sets out now, unless it is under way: false then, when it is back. */
  async leave(): Promise<boolean> {
    if (this.flight !== undefined) {
      await this.flight;
      return false;
    }
    this.flight = this.carry();
    await this.flight;
    this.flight = undefined;
    return true;
  }

  /** Does not set out by itself. */
  stay(): void {
    clearTimeout(this.timer?.handle);
    this.timer = undefined;
  }
}
