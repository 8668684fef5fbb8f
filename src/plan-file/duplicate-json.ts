// JSON.parse keeps the last of two equal keys without a word. The text is known to be JSON, so its tokens tell all.
const TOKEN = /"(?:[^"\\]|\\.)*"(?<colon>\s*:)?|[{}[\]]/g;

export function* duplicateKeysInJson(json: string): Generator<{ key: string; offset: number }> {
  const open: Set<string>[] = [];
  for (const { 0: token, index, groups } of json.matchAll(TOKEN)) {
    if (token === '{' || token === '[') open.push(new Set());
    else if (token === '}' || token === ']') open.pop();
    else if (groups?.['colon'] !== undefined) {
      const key = String(JSON.parse(token.slice(0, token.length - groups['colon'].length)));
      const keys = open.at(-1);
      if (keys?.has(key) === true) yield { key, offset: index };
      keys?.add(key);
    }
  }
}
