import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { planJsonSchema } from '../../../src/domain/plan/json-schema.js';
import { validatePlan } from '../../../src/domain/plan/validate/index.js';

const EXAMPLE = `
name: code-review
description: Review a repository with three agents
input: { type: object, required: [path], properties: { path: { type: string } } }
defaults: { timeout: 5m, retry: { attempts: 4, initial: 1s, factor: 2, max: 1m } }
concurrency: 50
onFailure: compensate
budget: { calls: 40, tokens: { soft: 8000, hard: 10000 }, usd: 0.5, duration: { soft: 30m, hard: 1h } }
tasks:
  inventory: { agent: repo-inventory, input: { path: "{% $input.path %}" } }
  analyze:
    agent: code-analyzer
    forEach: { items: "{% $tasks.inventory.output.files %}", concurrency: 8, batch: 25, tolerate: 10%, maxItems: 100000 }
    input: { file: "{% $item %}" }
  scan:
    agent: security-scanner
    input: { path: "{% $input.path %}" }
    fallback: { agent: basic-scanner }
  signOff: { approve: { title: Publish the report?, timeout: 3d, onTimeout: reject }, when: "{% $count($tasks.scan.output.findings) > 0 %}" }
  publish:
    agent: publisher
    join: none-failed
    input: { report: "{% {'files': $tasks.analyze.output, 'findings': $tasks.scan.output.findings} %}" }
    needs: [signOff]
    compensate: { agent: unpublisher, input: { url: "{% $output.url %}" } }
  later: { wait: 5s, optional: true }
  first: { race: [fast, careful], fallback: [{ agent: slow }, { agent: slower, input: 1 }] }
  judged: { vote: { agents: [a, b, c], quorum: 2 }, forEach: { items: [1] } }
  again: { agent: fast, hedge: { after: 2s, max: 3 } }
  more: { plan: { name: inner, tasks: { one: { event: go } } } }
output: "{% $tasks.publish.output %}"
`;

describe('planJsonSchema', () => {
  const accepts = new Ajv({ strict: true, strictRequired: false, allowUnionTypes: true }).compile(planJsonSchema());

  it('planJsonSchema accepts plans that validation accepts', () => {
    const example: unknown = parse(EXAMPLE);
    expect(validatePlan(example).problems).toEqual([]);
    expect(accepts(example)).toBe(true);
  });

  it.each<[string, unknown]>([
    ['no tasks', { name: 'p', tasks: {} }],
    ['no name', { tasks: { a: { agent: 'x' } } }],
    ['a malformed id', { name: 'p', tasks: { 'a-b': { agent: 'x' } } }],
    ['no kind', { name: 'p', tasks: { a: { needs: [] } } }],
    ['two kinds', { name: 'p', tasks: { a: { agent: 'x', wait: '5s' } } }],
    ['an unknown key', { name: 'p', tasks: { a: { agent: 'x', need: ['b'] } } }],
    ['a malformed duration', { name: 'p', tasks: { a: { agent: 'x', timeout: '5' } } }],
    ['a key of another kind', { name: 'p', tasks: { a: { wait: '5s', retry: {} } } }],
    ['a race of one', { name: 'p', tasks: { a: { race: ['x'] } } }],
    ['a duplicate agent in a vote', { name: 'p', tasks: { a: { vote: { agents: ['x', 'y', 'x'], quorum: 2 } } } }],
    ['a hedge of a race', { name: 'p', tasks: { a: { race: ['x', 'y'], hedge: { after: '1s' } } } }],
    ['an empty list of fallbacks', { name: 'p', tasks: { a: { agent: 'x', fallback: [] } } }],
    ['a negative limit', { name: 'p', budget: { calls: -1 }, tasks: { a: { agent: 'x' } } }],
    ['an unknown limit', { name: 'p', budget: { euro: 1 }, tasks: { a: { agent: 'x' } } }],
    ['a broken sub-plan', { name: 'p', tasks: { a: { plan: { name: 'q', tasks: { b: {} } } } } }],
    ['a number out of range', { name: 'p', concurrency: 1501, tasks: { a: { agent: 'x' } } }],
  ])('planJsonSchema rejects %s, as validation does', (_what, plan) => {
    expect(accepts(plan)).toBe(false);
    expect(validatePlan(plan).problems).not.toEqual([]);
  });

  it('planJsonSchema is plain JSON that names its draft', () => {
    const schema = planJsonSchema();
    expect(schema['$schema']).toBe('http://json-schema.org/draft-07/schema#');
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
  });
});
