import { existsSync } from 'node:fs';
import path from 'node:path';
import { installOnce } from '../install-once.js';
import { cacheFolder, projectRoot } from '../project.js';
import { ToolError } from '../tool-error.js';
import { execute } from './execute.js';

/** Version of Apache Kafka; the same as in pom.xml. */
export const kafkaVersion = '4.1.1';

/** Returns the folder with Kafka's jars, downloaded once per user with Maven. */
export async function kafkaJars(): Promise<string> {
  return path.join(await installOnce(`kafka-${kafkaVersion}`, fetchJars), 'lib');
}

/** Whether the jars exist or can be downloaded. */
export async function canHaveJars(): Promise<boolean> {
  if (existsSync(path.join(cacheFolder(), `kafka-${kafkaVersion}`))) return true;
  return (await execute('mvn', ['--version'], { timeoutMs: 60_000 })).code === 0;
}

async function fetchJars(folder: string): Promise<void> {
  console.error(`Fetching Apache Kafka ${kafkaVersion} with Maven (once, about 55 MB) ...`);
  const pom = path.join(projectRoot, 'tools/kafka/pom.xml');
  const { code, stdout, stderr } = await execute('mvn', [
    '-q',
    '-B',
    '-f',
    pom,
    'dependency:copy-dependencies',
    `-DoutputDirectory=${path.join(folder, 'lib')}`,
  ]);
  if (code === 0) return;
  const lines = `${stdout}${stderr}`.trim().split('\n').slice(0, 8).join('\n');
  throw new ToolError('NO_JARS', `Maven could not fetch Apache Kafka ${kafkaVersion}:\n${lines}`);
}
