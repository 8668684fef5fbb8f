// Looks for credentials, with secretlint. Reads { root, files } as JSON from stdin, answers a list of findings as JSON on
// stdout: rule, file and line. The credential itself stays where it is.
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { json } from 'node:stream/consumers';

const PRESET = '@secretlint/secretlint-rule-preset-recommend';

const { lintSource, config } = await load();
const { root, files } = await json(process.stdin);
const findings = [];
for (const path of files) {
  const content = await readFile(join(root, path), 'utf8').catch(() => undefined);
  // Gone, or closed, since it was listed; the inventory counts those.
  if (content !== undefined) findings.push(...(await findingsIn(path, content)));
}
process.stdout.write(JSON.stringify(findings));

async function findingsIn(path, content) {
  const source = { filePath: path, ext: extname(path), content, contentType: 'text' };
  const { messages } = await lintSource({ source, options: { config, maskSecrets: true } });
  return messages
    .filter(({ type }) => type === 'message')
    .map(({ message, ruleId, severity, loc }) => ({
      path,
      line: loc.start.line,
      rule: ruleId.replace('@secretlint/secretlint-rule-', ''),
      severity: severity === 'error' ? 'error' : 'warning',
      // What follows is the credential: masked, and left out all the same.
      message: message.replace(/[:(].*$/s, '').trim(),
    }));
}

async function load() {
  try {
    const [core, preset] = await Promise.all([
      import('@secretlint/core'),
      import('@secretlint/secretlint-rule-preset-recommend'),
    ]);
    return { lintSource: core.lintSource, config: { rules: [{ id: PRESET, rule: preset.creator, rules: [] }] } };
  } catch (error) {
    console.error(`secretlint cannot be loaded (${error.code}); run "npm install -D @secretlint/core@11 ${PRESET}@11"`);
    process.exit(69);
  }
}
