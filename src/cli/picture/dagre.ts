// dagre with types. Its own (3.1) import each other without file extensions, which NodeNext cannot follow.
import dagre from '@dagrejs/dagre';
import type { Point, Size } from './geometry.js';

export interface LayoutGraph {
  setGraph(settings: Readonly<Record<string, string | number>>): unknown;
  setNode(id: string, size: Size): unknown;
  setEdge(from: string, to: string, label: object): unknown;
  node(id: string): Point;
  edge(from: string, to: string): { readonly points: readonly Point[] };
}

interface Dagre {
  readonly graphlib: { readonly Graph: new () => LayoutGraph };
  /** Sets the coordinates of everything in the graph. */
  layout(graph: LayoutGraph): void;
}

function isDagre(library: unknown): library is Dagre {
  return typeof library === 'object' && library !== null && 'graphlib' in library && 'layout' in library;
}

export function createLayoutGraph(): { readonly graph: LayoutGraph; readonly layout: () => void } {
  const library: unknown = dagre;
  if (!isDagre(library)) throw new Error('expected @dagrejs/dagre 3 to export graphlib and layout');
  const graph = new library.graphlib.Graph();
  return {
    graph,
    layout: () => {
      library.layout(graph);
    },
  };
}
