// Sequences: the lists that JSONata makes.

/** A list that JSONata made is marked: if it has one element, it means that element. */
export type Sequence = unknown[] & { sequence?: boolean };

/** The `this` of JSONata's functions. */
export interface Focus {
  createSequence(...first: unknown[]): Sequence;
}

export type Fn = (this: Focus, ...args: never[]) => unknown;
export type Functions = Readonly<Record<string, Fn>>;

export function createSequence(...first: unknown[]): Sequence {
  const sequence: Sequence = [];
  sequence.sequence = true;
  if (first.length === 1) sequence.push(first[0]);
  return sequence;
}

export function asSequence(focus: Focus, list: readonly unknown[]): Sequence {
  const sequence = focus.createSequence();
  for (const one of list) sequence.push(one);
  return sequence;
}
