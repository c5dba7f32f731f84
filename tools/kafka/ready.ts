import { setTimeout as delay } from 'node:timers/promises';
import { messageOf, ToolError } from '../tool-error.js';
import { kafkaClient, withAdmin } from './client.js';

export interface ReadyOptions {
  /** The number of brokers that the cluster must have. */
  readonly brokers?: number;
  readonly timeoutMs?: number;
  /** Rejects early with this error if the process has ended. */
  readonly failed?: Promise<Error>;
}

/** Resolves once the brokers answer and groups can be joined; rejects with a {@link ToolError}. */
export async function waitUntilReady(bootstrap: string, options: ReadyOptions = {}): Promise<void> {
  const { brokers = 1, timeoutMs = 60_000 } = options;
  const giveUpAt = Date.now() + timeoutMs;
  let failure: Error | undefined;
  void options.failed?.then((error) => (failure = error));
  for (;;) {
    const problem = await ask(bootstrap, brokers);
    if (problem === undefined) return;
    if (failure) throw failure;
    if (Date.now() > giveUpAt) {
      throw new ToolError(
        'KAFKA_SILENT',
        `Kafka at ${bootstrap} did not answer in ${timeoutMs} ms: ${problem}`,
      );
    }
    await delay(150);
  }
}

/** Returns what is missing, or undefined if the cluster is ready. */
async function ask(bootstrap: string, brokers: number): Promise<string | undefined> {
  try {
    return await withAdmin(kafkaClient(bootstrap, 0), async (admin) => {
      const cluster = await admin.describeCluster();
      if (cluster.brokers.length < brokers) return `${cluster.brokers.length} of ${brokers} brokers are up`;
      // Querying a group makes the broker create its offsets topic now instead of at the first join.
      await admin.describeGroups(['readiness']);
      return undefined;
    });
  } catch (error) {
    return messageOf(error);
  }
}
