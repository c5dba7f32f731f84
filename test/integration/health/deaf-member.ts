import kafkajs, { type PartitionAssigner } from 'kafkajs';
import { kafkaClient } from '../../../tools/kafka/index.js';

/** A member of a group that does not hear of rebalances: all others wait for it, until its time is up. */
export interface DeafMember {
  readonly joined: Promise<void>;
  stop(): Promise<void>;
}

/** Goes by the name of the service's own assigner; the service, which is the group's leader, does the work. */
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

/** Makes a member join; `rebalanceTimeoutMs` is how long the others will wait for it to join again. */
export async function deafMember(
  bootstrap: string,
  groupId: string,
  topic: string,
  rebalanceTimeoutMs: number,
): Promise<DeafMember> {
  // A member hears of a rebalance in the answer to its heartbeat.
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
