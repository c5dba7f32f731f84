import path from 'node:path';
import { execute, type Executed, type ExecuteOptions } from './execute.js';
import { kafkaJars } from './jars.js';

/** Options that silence Kafka's Java programs: by default slf4j-simple prints every info line. */
export const quiet = ['-Dorg.slf4j.simpleLogger.defaultLogLevel=warn'];

/**
 * Options for programs that run for seconds or minutes: without them the JVM spends much of that time on optimizing
 * compilation.
 */
export const shortLived = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'];

/** The `java` of JAVA_HOME, or else of the PATH. */
export function javaCommand(): string {
  const home = process.env['JAVA_HOME'];
  return home ? path.join(home, 'bin', 'java') : 'java';
}

/** The major version of the installed Java; undefined if there is none. */
export async function javaVersion(): Promise<number | undefined> {
  const { code, stdout, stderr } = await execute(javaCommand(), ['-version'], { timeoutMs: 20_000 });
  return code === 0 ? majorVersion(stderr + stdout) : undefined;
}

/** The major version in the output of `java -version`: 17 for "17.0.15", 8 for "1.8.0_402". */
export function majorVersion(text: string): number | undefined {
  const match = /version "(?:1\.)?(\d+)/.exec(text);
  return match ? Number(match[1]) : undefined;
}

/**
 * Runs one of Kafka's own Java programs, such as `org.apache.kafka.tools.ConsumerGroupCommand`, to its end.
 * @example await javaTool('org.apache.kafka.tools.TopicCommand', ['--bootstrap-server', bootstrap, '--list'])
 */
export async function javaTool(
  mainClass: string,
  args: readonly string[],
  options: ExecuteOptions = {},
): Promise<Executed> {
  const lib = await kafkaJars();
  return execute(
    javaCommand(),
    [...quiet, ...shortLived, '-cp', path.join(lib, '*'), mainClass, ...args],
    options,
  );
}
