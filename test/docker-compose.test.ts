// docker-compose.temporal.yml starts a server that has what the embedded one has.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { SEARCH_ATTRIBUTES } from '../src/domain/run/search-attributes.js';
import { DYNAMIC_CONFIG } from '../src/server/dynamic-config.js';

const file = readFileSync(new URL('../docker-compose.temporal.yml', import.meta.url), 'utf8');

test('docker-compose.temporal.yml: registers every search attribute of Baton', () => {
  const registered = /for name in (.+); do/.exec(file)?.[1]?.split(' ');
  expect(registered?.toSorted()).toEqual(
    Object.values(SEARCH_ATTRIBUTES)
      .map(({ name }) => name)
      .toSorted(),
  );
});

test('docker-compose.temporal.yml: has the dynamic configuration of the embedded server', () => {
  const { configs } = parse(file) as { configs: Record<string, { content: string }> };
  const content = parse(configs['dynamic-config']!.content) as Record<string, { value: unknown }[]>;
  const settings = Object.entries(content).map(([key, [first]]) => `${key}=${String(first?.value)}`);
  expect(settings).toEqual(expect.arrayContaining([...DYNAMIC_CONFIG]));
});

test('docker-compose.temporal.yml: without a profile the server starts and nothing else, and its head names every profile', () => {
  const { services } = parse(file) as { services: Record<string, { profiles?: string[] }> };
  const always = Object.entries(services).filter(([, { profiles }]) => profiles === undefined);
  expect(always.map(([name]) => name)).toEqual(['postgresql', 'schema', 'temporal', 'namespace', 'web-ui']);
  const profiles = new Set(Object.values(services).flatMap((service) => service.profiles ?? []));
  const head = file.slice(0, file.indexOf('\nname:'));
  const named = [...head.matchAll(/^# {3}(?<name>[a-z]+) {2,}\S/gm)].map(({ groups }) => groups!['name']);
  expect(named.toSorted()).toEqual([...profiles].toSorted());
});
