// Types of @dagrejs/dagre, as far as it is used here. The package's own types (3.1) import each other without file extensions,
// which NodeNext cannot resolve.
declare module '@dagrejs/dagre' {
  export interface LayoutGraph {
    setGraph(settings: Readonly<Record<string, string | number>>): unknown;
    setNode(id: string, size: { readonly width: number; readonly height: number }): unknown;
    setEdge(from: string, to: string, label: object): unknown;
    node(id: string): { readonly x: number; readonly y: number };
    edge(from: string, to: string): { readonly points: readonly { readonly x: number; readonly y: number }[] };
  }
  const dagre: {
    readonly graphlib: { readonly Graph: new () => LayoutGraph };
    /** Sets the coordinates of everything in the graph. */
    layout(graph: LayoutGraph): void;
  };
  export default dagre;
}
