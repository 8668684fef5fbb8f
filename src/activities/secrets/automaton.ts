// Searches a text for many patterns at the same time, in time proportional to the text. Source of the algorithm: A. Aho and
// M. Corasick, "Efficient string matching", CACM 18 (6), 1975. Packages that implement it do not report the state at the end of a
// text, which a stream needs: its depth is the length of the longest end of the text with which a pattern begins.

export interface Automaton {
  /**
   * Calls `found` with the end of each match and the longest pattern that ends there. Returns the depth of the state after the first
   * `mark` characters.
   */
  scan(this: void, text: string, mark: number, found: (end: number, pattern: number) => void): number;
}

const ROOT = 0;
const NONE = -1;

/** The states are numbered; state 0 is the root. Children of a state are a linked list, which is short except at the root. */
interface States {
  count: number;
  readonly code: Uint16Array;
  readonly firstChild: Int32Array;
  readonly nextSibling: Int32Array;
  readonly depth: Int32Array;
  /** The state of the longest proper end of this state's text that is a beginning of a pattern. */
  readonly fallback: Int32Array;
  /** The longest pattern that ends in this state. */
  readonly pattern: Int32Array;
  readonly ofRoot: Map<number, number>;
}

export function createAutomaton(patterns: readonly string[]): Automaton {
  const states = buildTrie(patterns);
  addFallbacks(states);
  const { depth, fallback, pattern } = states;
  return {
    scan(text, mark, found) {
      let state = ROOT;
      let marked = ROOT;
      for (let i = 0; i < text.length; i++) {
        if (i === mark) marked = state;
        const code = text.charCodeAt(i);
        let next = childOf(states, state, code);
        while (next === NONE && state !== ROOT) {
          state = fallback[state]!;
          next = childOf(states, state, code);
        }
        state = next === NONE ? ROOT : next;
        if (pattern[state] !== NONE) found(i + 1, pattern[state]!);
      }
      return depth[mark >= text.length ? state : marked]!;
    },
  };
}

function childOf({ code, firstChild, nextSibling, ofRoot }: States, state: number, wanted: number): number {
  if (state === ROOT) return ofRoot.get(wanted) ?? NONE;
  let child = firstChild[state]!;
  while (child !== NONE && code[child] !== wanted) child = nextSibling[child]!;
  return child;
}

function buildTrie(patterns: readonly string[]): States {
  const size = patterns.reduce((sum, { length }) => sum + length, 1);
  const states: States = {
    count: 1,
    code: new Uint16Array(size),
    firstChild: new Int32Array(size).fill(NONE),
    nextSibling: new Int32Array(size).fill(NONE),
    depth: new Int32Array(size),
    fallback: new Int32Array(size),
    pattern: new Int32Array(size).fill(NONE),
    ofRoot: new Map(),
  };
  patterns.forEach((text, index) => {
    let state = ROOT;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      const child = childOf(states, state, code);
      state = child === NONE ? addState(states, state, code) : child;
    }
    if (state !== ROOT && states.pattern[state] === NONE) states.pattern[state] = index;
  });
  return states;
}

function addState(states: States, parent: number, code: number): number {
  const added = states.count++;
  states.code[added] = code;
  states.depth[added] = states.depth[parent]! + 1;
  states.nextSibling[added] = states.firstChild[parent]!;
  states.firstChild[parent] = added;
  if (parent === ROOT) states.ofRoot.set(code, added);
  return added;
}

/** Breadth first: the fallback of a state is nearer to the root than the state. */
function addFallbacks(states: States): void {
  const { code, firstChild, nextSibling, fallback, pattern } = states;
  const queue = [ROOT];
  for (let at = 0; at < queue.length; at++) {
    const state = queue[at]!;
    for (let child = firstChild[state]!; child !== NONE; child = nextSibling[child]!) {
      if (state !== ROOT) {
        let from = fallback[state]!;
        let next = childOf(states, from, code[child]!);
        while (next === NONE && from !== ROOT) {
          from = fallback[from]!;
          next = childOf(states, from, code[child]!);
        }
        fallback[child] = next === NONE ? ROOT : next;
        if (pattern[child] === NONE) pattern[child] = pattern[fallback[child]!]!;
      }
      queue.push(child);
    }
  }
}
