import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installPackage, onPath } from './install.js';
import type { System } from './system.js';

const EVERY = '1s';

export const prometheus: System = {
  name: 'prometheus',
  title: 'Prometheus 2.42 (Debian)',
  variable: 'BATON_TEST_PROMETHEUS_URL',
  ports: 1,
  isInstalled: () => onPath('prometheus'),
  install: (say) => installPackage('prometheus', say),
  async prepare(directory, [port]) {
    await mkdir(join(directory, 'targets'), { recursive: true });
    await writeFile(join(directory, 'prometheus.yml'), prometheusConfig(directory));
    const args = [
      `--config.file=${join(directory, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=error',
    ];
    return [{ command: 'prometheus', args }];
  },
  greeting: Buffer.from('GET /-/ready HTTP/1.0\r\n\r\n'),
  url: (port) => `http://127.0.0.1:${port}`,
};

/** Scrapes what the files in `targets` name, and judges the rules in `rules.yml`, if there are any. */
const prometheusConfig = (directory: string): string => `
global: { scrape_interval: ${EVERY}, scrape_timeout: ${EVERY}, evaluation_interval: ${EVERY} }
rule_files: ['${directory}/rules*.yml']
scrape_configs:
  - job_name: baton
    file_sd_configs: [{ files: ['${directory}/targets/*.json'], refresh_interval: ${EVERY} }]
`;
