// Examples for the help of commands, as people type them.
const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  init: ['baton init hello', 'baton init hello --template typescript'],
  run: [
    'baton run plan.yaml',
    `baton run plan.yaml --input '{"path": "."}' --id monday`,
    'baton run plan.yaml --input @input.json --detach',
  ],
  solve: [`baton solve 'review the code in src' --planner planner`],
  rerun: ['baton rerun monday', 'baton rerun monday --plan plan.yaml'],
  dev: ['baton dev', 'baton dev --port 7300 --ui-port 8300'],
  worker: ['baton worker', 'baton worker --address temporal.example.com:7233 --listen 127.0.0.1:9464'],
  status: ['baton status monday', 'baton status monday --watch', 'baton status monday --json'],
  logs: ['baton logs monday', 'baton logs monday scan -f', `baton logs monday 'analyze[7]' --tail 20`],
  inbox: ['baton inbox', 'baton inbox --watch', 'baton inbox --json'],
  runs: ['baton runs', 'baton runs --waiting', 'baton runs --plan review --status failed --since 1d'],
  graph: ['baton graph plan.yaml', 'baton graph monday --format html --output monday.html'],
  approve: ['baton approve monday signOff', `baton approve monday signOff --reject --comment 'not yet'`],
  event: [`baton event monday paid --data '{"amount": 20}'`],
  cancel: ['baton cancel monday', `baton cancel --query "BatonPlan = 'etl'" --reason 'wrong input'`],
  validate: ['baton validate plan.yaml', 'baton validate plan.yaml --json'],
  schema: ['baton schema > plan.schema.json', 'baton schema --write schemas'],
  complete: ['source <(baton complete bash)', 'source <(baton complete zsh)', 'baton complete fish | source'],
};

export const examplesText = (name: string): string => {
  const examples = EXAMPLES[name] ?? [];
  return examples.length === 0 ? '' : ['', 'Examples:', ...examples.map((line) => `  ${line}`)].join('\n');
};
