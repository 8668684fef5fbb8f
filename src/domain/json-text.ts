// JSON in what a model says: the text itself, or a code block in it.

/** Models like to put JSON into a code block. */
const FENCED = /```(?:json)?\s*\n([\s\S]*?)\n?\s*```/;

/** The value and the text it was read from, or why there is none. */
export function jsonIn(text: string): { readonly value: unknown; readonly json: string } | { readonly error: string } {
  let last = '';
  for (const json of [text, FENCED.exec(text)?.[1]]) {
    if (json === undefined) continue;
    try {
      return { value: JSON.parse(json) as unknown, json };
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
  }
  return { error: last };
}
