// What columns consist of, and what connects blocks.

/** One position in a column: a block, or a bend of a line that passes through. */
export interface Slot {
  /** From 0, in whichever order, without gaps. */
  readonly id: number;
  readonly column: number;
  /** Absent for a bend. */
  readonly block?: number;
  /** The slots that lines connect it to, in the column to the left and in the column to the right. */
  readonly left: Slot[];
  readonly right: Slot[];
}

export interface Edge {
  readonly from: number;
  readonly to: number;
}
