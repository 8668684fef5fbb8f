// A Stryker ignorer: texts that only people read. No test compares them word for word, and none should.
const isText = ({ node, parent }) => {
  if (parent?.type === 'NewExpression' && /Error$/.test(parent.callee.name ?? '')) return true;
  if (parent?.type === 'VariableDeclarator')
    return ['message', 'what', 'why'].includes(parent.id.name) && isString(node);
  if (parent?.type === 'ObjectProperty') return parent.key.name === 'message' && isString(node);
  return parent?.type === 'CallExpression' && parent.callee.name === 'failure' && parent.arguments[1] === node;
};

const isString = ({ type }) => type === 'TemplateLiteral' || type === 'StringLiteral';

export const strykerPlugins = [
  {
    kind: 'Ignore',
    name: 'texts',
    value: { shouldIgnore: (path) => (isText(path) ? 'a text for people' : undefined) },
  },
];
