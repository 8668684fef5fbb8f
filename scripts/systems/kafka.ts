// A broker that is its own controller (KRaft), from the jars alone.
import { existsSync } from 'node:fs';
import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { cacheDirectory, MissingProgram, onPath } from './install.js';
import type { Program, System } from './system.js';

const POM = fileURLToPath(new URL('kafka/pom.xml', import.meta.url));
const JARS = join(cacheDirectory, 'kafka-4.4.0');
const JAVA = ['-Xms128m', '-Xmx384m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', join(JARS, '*')];

async function install(say: (line: string) => void): Promise<void> {
  for (const program of ['java', 'mvn']) {
    if (!(await onPath(program))) throw new MissingProgram(program, 'install a JDK 17 or newer, and Maven');
  }
  say('kafka: fetching its jars from Maven Central (43 MB)');
  const partial = `${JARS}.${process.pid}`;
  await mkdir(partial, { recursive: true });
  await execa('mvn', ['-q', '-f', POM, 'dependency:copy-dependencies', `-DoutputDirectory=${partial}`], {
    stdin: 'ignore',
  });
  await rename(partial, JARS).catch(() => rm(partial, { recursive: true }));
}

const settings = (directory: string, port: number, controller: number) => `process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:${controller}
listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}
advertised.listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
log.dirs=${join(directory, 'data')}
num.partitions=3
offsets.topic.num.partitions=3
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=3
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
log.cleaner.dedupe.buffer.size=10485760
`;

async function prepare(directory: string, [port = 0, controller = 0]: readonly number[]): Promise<readonly Program[]> {
  const file = join(directory, 'kafka.properties');
  await writeFile(file, settings(directory, port, controller));
  if (!existsSync(join(directory, 'data'))) {
    const tool = ['kafka.tools.StorageTool', 'format', '--standalone', '-t', 'YmF0b24tdGVzdC1jbHVzdA', '-c', file];
    await execa('java', [...JAVA, ...tool], { stdin: 'ignore' });
  }
  return [{ command: 'java', args: [...JAVA, 'kafka.Kafka', file] }];
}

export const kafka: System = {
  name: 'kafka',
  title: 'Kafka 4.4.0 (Maven Central)',
  variable: 'BATON_TEST_KAFKA_SERVERS',
  ports: 2,
  isInstalled: () =>
    access(JARS).then(
      () => onPath('java'),
      () => false,
    ),
  install,
  prepare,
  // ApiVersions, version 0, correlation id 1, no client id.
  greeting: Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff]),
  url: (port) => `127.0.0.1:${port}`,
};
