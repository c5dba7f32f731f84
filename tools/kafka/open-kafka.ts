import { messageOf, ToolError } from '../tool-error.js';
import { canUseDocker, startInDocker } from './docker.js';
import { canHaveJars } from './jars.js';
import { javaVersion } from './java.js';
import type { OpenKafka } from './opened.js';
import { waitUntilReady } from './ready.js';
import { startKafka } from './start-kafka.js';

export interface OpenOptions {
  /** Number of brokers; more than one requires Java. */
  readonly brokers?: number;
  /** Port of the first broker; a free one by default. */
  readonly port?: number;
  readonly heap?: string;
  /** Brokers of an existing Kafka; default: KAFKA_BROKERS. */
  readonly bootstrap?: string;
}

/**
 * Opens the existing Kafka of `bootstrap` or KAFKA_BROKERS; else starts one with Docker, or with Java and Maven.
 * @throws ToolError `NO_KAFKA` if none of these is possible
 */
export async function openKafka(options: OpenOptions = {}): Promise<OpenKafka> {
  const given = options.bootstrap ?? process.env['KAFKA_BROKERS'];
  if (given) return existing(given);
  const { brokers = 1, port } = options;
  if (brokers === 1 && (await canUseDocker())) return startInDocker(port);
  await requireJava();

  const cluster = await startKafka(options);
  const ended = Promise.race(cluster.brokers.map((broker) => broker.ended()));
  const origin = `Java, ${brokers} ${brokers === 1 ? 'broker' : 'brokers'}`;
  return { bootstrap: cluster.bootstrap, origin, ended, stop: () => cluster.stop() };
}

async function existing(bootstrap: string): Promise<OpenKafka> {
  try {
    await waitUntilReady(bootstrap, { timeoutMs: 15_000 });
  } catch (error) {
    throw new ToolError('NO_KAFKA', messageOf(error), { cause: error });
  }
  return {
    bootstrap,
    origin: 'an existing Kafka',
    external: true,
    ended: new Promise(() => undefined),
    stop: () => Promise.resolve(),
  };
}

async function requireJava(): Promise<void> {
  const version = await javaVersion();
  if (version !== undefined && version >= 17 && (await canHaveJars())) return;
  throw new ToolError(
    'NO_KAFKA',
    'There is no Kafka to use. Set KAFKA_BROKERS=host:port to one that is running, start Docker, or install Java 17 ' +
      'or newer with Maven.',
  );
}
