import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { cacheFolder, projectRoot } from '../project.js';
import { messageOf, ToolError } from '../tool-error.js';
import { execute } from './execute.js';

/** The Apache Kafka that is started; pom.xml names the same one. */
export const kafkaVersion = '4.1.1';

/** Returns the folder with Kafka's jars, fetched once per user with Maven. */
export async function kafkaJars(): Promise<string> {
  const cache = cacheFolder();
  const home = path.join(cache, `kafka-${kafkaVersion}`);
  const lib = path.join(home, 'lib');
  if (existsSync(lib)) return lib;

  await mkdir(cache, { recursive: true });
  const partial = await mkdtemp(path.join(cache, `kafka-${kafkaVersion}.partial-`));
  try {
    await fetchJars(path.join(partial, 'lib'));
    await publish(partial, home);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return lib;
}

/** Whether the jars exist or can be fetched. */
export async function canHaveJars(): Promise<boolean> {
  if (existsSync(path.join(cacheFolder(), `kafka-${kafkaVersion}`, 'lib'))) return true;
  return (await execute('mvn', ['--version'], { timeoutMs: 60_000 })).code === 0;
}

async function fetchJars(folder: string): Promise<void> {
  console.error(`Fetching Apache Kafka ${kafkaVersion} with Maven (once, about 55 MB) ...`);
  const pom = path.join(projectRoot, 'tools/kafka/pom.xml');
  const result = await execute('mvn', [
    '-q',
    '-B',
    '-f',
    pom,
    'dependency:copy-dependencies',
    `-DoutputDirectory=${folder}`,
  ]);
  if (result.code === 0) return;
  const lines = `${result.stdout}${result.stderr}`.trim().split('\n').slice(0, 8).join('\n');
  throw new ToolError('NO_JARS', `Maven could not fetch Apache Kafka ${kafkaVersion}:\n${lines}`);
}

/** A rename is atomic; if two processes install at the same time, the second uses the first one's result. */
async function publish(partial: string, home: string): Promise<void> {
  try {
    await rename(partial, home);
  } catch (error) {
    if (existsSync(path.join(home, 'lib'))) return;
    throw new ToolError('NO_JARS', `Could not create ${home}: ${messageOf(error)}`, { cause: error });
  }
}
