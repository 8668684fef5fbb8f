// A frame holds the variables of one scope of an expression. JSONata makes one for every call of a function.

/** Values of the whole evaluation. The evaluator sets them on the first frame. */
interface Base {
  base?: unknown;
  timestamp?: unknown;
}

// A variable of this module, because access to a global is slow in the sandbox of Workflow code, and there are many frames.
const Variables = Map;

export class Frame implements Base {
  base: unknown;
  timestamp: unknown;
  readonly #variables = new Variables<PropertyKey, unknown>();
  readonly #enclosing: Frame | null;

  constructor(enclosing: Frame | null) {
    this.#enclosing = enclosing;
    this.base = enclosing?.base;
    this.timestamp = enclosing?.timestamp;
  }

  bind(name: PropertyKey, value: unknown): void {
    this.#variables.set(name, value);
  }

  lookup(name: PropertyKey): unknown {
    const value = this.#variables.get(name);
    if (value !== undefined || this.#variables.has(name)) return value;
    return this.#enclosing?.lookup(name);
  }
}
