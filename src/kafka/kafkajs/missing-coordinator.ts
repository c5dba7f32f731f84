import type { Broker, Kafka } from 'kafkajs';
import { createCluster } from './cluster.js';
import { rootCause } from './errors.js';

/** A broker, with a question that kafkajs's types leave out. */
interface AskedBroker extends Broker {
  findGroupCoordinator(question: { groupId: string; coordinatorType: number }): Promise<unknown>;
}

/** Kafka's number for the coordinator of a group, as opposed to a transaction's. */
const GROUP = 0;

/**
 * Why a group has no coordinator: kafkajs asks every broker and keeps to itself what they answered, a missing grant
 * among that. Any other error is returned as it is.
 */
export async function whyNoCoordinator(kafka: Kafka, groupId: string, error: unknown): Promise<unknown> {
  const cause = rootCause(error);
  if (!(cause instanceof Error) || cause.name !== 'KafkaJSGroupCoordinatorNotFound') return error;
  const cluster = createCluster(kafka);
  try {
    await cluster.connect();
    await cluster.refreshMetadata();
    const broker = await cluster.findControllerBroker();
    await (broker as AskedBroker).findGroupCoordinator({ groupId, coordinatorType: GROUP });
    return error;
  } catch (answer) {
    return answer;
  } finally {
    await cluster.disconnect();
  }
}
