// What is known of one real system: how it is installed, started, and seen to be ready.

/** One program of a system, started in the order of the list. */
export interface Program {
  /** For tests that end it alone. */
  readonly name?: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface System {
  readonly name: string;
  /** With its version, for people. */
  readonly title: string;
  /** The variable by which tests find it. */
  readonly variable: string;
  /** `up` without names leaves it out. */
  readonly onlyIfNamed?: true;
  /** How many free ports it needs; the first is the one that clients use. */
  readonly ports: number;
  /** Its ports must be below this one. */
  readonly portsBelow?: number;
  /** Whether its programs are on this machine. */
  isInstalled(): Promise<boolean>;
  install(say: (line: string) => void): Promise<void>;
  /** Writes its settings into an empty directory, and says what to start there. With a directory of an earlier start, it keeps its data. */
  prepare(directory: string, ports: readonly number[]): Promise<readonly Program[]>;
  /** A client's first bytes; the system is ready when it answers. */
  readonly greeting: Uint8Array;
  /** For a system that answers before it can work: called until it returns true. May also do what can only be done by a request. */
  isComplete?(this: void, directory: string, ports: readonly number[]): Promise<boolean>;
  /** The value of the variable. */
  url(this: void, port: number): string;
}
