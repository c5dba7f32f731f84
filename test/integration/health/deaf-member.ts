import kafkajs, { type PartitionAssigner } from 'kafkajs-pinned';
import { kafkaClient } from '../../../tools/kafka/index.js';

/** A group member that ignores rebalances: all others wait for it until the rebalance timeout. */
export interface DeafMember {
  readonly joined: Promise<void>;
  stop(): Promise<void>;
}

/** Uses the name of the service's assigner; the service, as leader of the group, does the assignment. */
const follower: PartitionAssigner = () => ({
  name: 'sticky-v1',
  version: 0,
  protocol: ({ topics }) => ({
    name: 'sticky-v1',
    metadata: kafkajs.AssignerProtocol.MemberMetadata.encode({
      version: 0,
      topics,
      userData: Buffer.alloc(0),
    }),
  }),
  assign: () => Promise.reject(new Error('a deaf member must not lead')),
});

/** Joins a group; the others wait `rebalanceTimeoutMs` for it to rejoin. */
export async function deafMember(
  bootstrap: string,
  groupId: string,
  topic: string,
  rebalanceTimeoutMs: number,
): Promise<DeafMember> {
  // A member learns of a rebalance in the response to its heartbeat.
  const silence = { sessionTimeout: 600_000, heartbeatInterval: 500_000 };
  const consumer = kafkaClient(bootstrap).consumer({
    groupId,
    rebalanceTimeout: rebalanceTimeoutMs,
    maxWaitTimeInMs: 100,
    partitionAssigners: [follower],
    ...silence,
  });
  const joined = new Promise<void>((resolve) => {
    consumer.on(consumer.events.GROUP_JOIN, () => resolve());
  });
  await consumer.connect();
  await consumer.subscribe({ topic });
  await consumer.run({ eachMessage: () => Promise.resolve() });
  return { joined, stop: () => consumer.disconnect() };
}
