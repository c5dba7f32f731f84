import type { Admin, Kafka } from 'kafkajs-pinned';
import {
  type Broker,
  kafkaClient,
  type KafkaCluster,
  startKafka,
  waitUntilReady,
  withAdmin,
} from '../../../tools/kafka/index.js';
import { limitFetching } from '../../support/client-quota.js';
import { Network } from '../network/network.js';
import { canHaveToxiproxy } from '../network/install.js';
import { persistent } from './persistent.js';

const OFFSETS_PARTITIONS = 5;
/** Kafka's resource type of topics; kafkajs exports it only as a type. */
const TOPIC = 2;
const BROKER = 4;
/** In bytes per second. */
const UNLIMITED = 1e12;

/** Three brokers with three replicas of everything, of which two must be in sync. */
export class Cluster {
  private constructor(
    private readonly kafka: KafkaCluster,
    /** The network between instances and brokers; undefined if toxiproxy is not available. */
    readonly network: Network | undefined,
  ) {}

  /** @param slots the instances that get their own network */
  static async start(slots: readonly string[]): Promise<Cluster> {
    const proxied = (await canHaveToxiproxy()) ? slots : [];
    const kafka = await startKafka({
      brokers: 3,
      heap: '512m',
      shortLived: true,
      proxied,
      properties: {
        'offsets.topic.num.partitions': OFFSETS_PARTITIONS,
        // Every commit is checked, so none may be compacted away.
        'log.cleaner.enable': false,
        // Leaderships return to the preferred replica within seconds, and retention is enforced within one.
        'leader.imbalance.check.interval.seconds': 5,
        'log.retention.check.interval.ms': 1000,
        'log.segment.delete.delay.ms': 1000,
      },
    });
    const network = proxied.length > 0 ? await Network.start(kafka.proxied) : undefined;
    return new Cluster(kafka, network);
  }

  /** For the harness itself, without proxies. */
  get client(): Kafka {
    return kafkaClient(this.kafka.bootstrap, 10);
  }

  get brokers(): readonly Broker[] {
    return this.kafka.brokers;
  }

  /** KAFKA_BROKERS of an instance. */
  bootstrapFor(slot: string): string {
    return this.network?.bootstrap(slot) ?? this.kafka.bootstrap;
  }

  /** Sends a request to the brokers; retries for a minute. */
  admin<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
    return persistent(() => withAdmin(this.client, work));
  }

  broker(nodeId: number): Broker {
    const found = this.brokers.find((broker) => broker.nodeId === nodeId);
    if (!found) throw new Error(`there is no broker ${nodeId}`);
    return found;
  }

  /** The broker that leads a partition. */
  async leaderOf(topic: string, partition: number): Promise<Broker> {
    const { topics } = await this.admin((admin) => admin.fetchTopicMetadata({ topics: [topic] }));
    const found = topics[0]?.partitions.find(({ partitionId }) => partitionId === partition);
    if (!found) throw new Error(`nobody leads ${topic}[${partition}]`);
    return this.broker(found.leader);
  }

  /** The broker that coordinates a group: it leads the partition of the offsets topic that the group's name falls to. */
  coordinatorOf(groupId: string): Promise<Broker> {
    return this.leaderOf('__consumer_offsets', javaHash(groupId) % OFFSETS_PARTITIONS);
  }

  /** Creates a topic and waits until its partitions have leaders. */
  async createTopic(
    topic: string,
    partitions: number,
    config: Readonly<Record<string, string>> = {},
    replicas?: readonly number[],
  ): Promise<void> {
    const numPartitions = partitions;
    const assigned = Array.from({ length: partitions }, (_, partition) => ({
      partition,
      replicas: [...(replicas ?? [])],
    }));
    const layout = replicas ? { replicaAssignment: assigned } : { numPartitions };
    const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
    // Without waiting for leaders: with several brokers kafkajs's own wait fails early.
    await this.admin((admin) =>
      admin.createTopics({
        topics: [{ topic, ...layout, configEntries }],
        waitForLeaders: false,
      }),
    );
    await this.untilLed(topic, partitions);
  }

  /** Sets the cluster-wide defaults of topics; all other settings get Kafka's defaults. */
  async configureAll(config: Readonly<Record<string, string>>): Promise<void> {
    const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
    const resources = this.brokers.map(({ nodeId }) => ({
      type: BROKER,
      name: String(nodeId),
      configEntries,
    }));
    await this.admin((admin) => admin.alterConfigs({ validateOnly: false, resources }));
  }

  /** Whether a group has committed a topic to its end. */
  isCaughtUp(groupId: string, topic: string): Promise<boolean> {
    return this.admin(async (admin) => {
      const [committed] = await admin.fetchOffsets({ groupId, topics: [topic] });
      const ends = await admin.fetchTopicOffsets(topic);
      const offsets = new Map(committed?.partitions.map(({ partition, offset }) => [partition, offset]));
      return ends.every(({ partition, high }) => high === '0' || offsets.get(partition) === high);
    });
  }

  /** Limits the fetch rate of a client; undefined removes the limit. */
  async limitFetching(clientId: string, bytesPerSecond = UNLIMITED): Promise<void> {
    await persistent(() => limitFetching(this.kafka.bootstrap, clientId, bytesPerSecond));
  }

  /** The client ids of a group's members. */
  async membersOf(groupId: string): Promise<string[]> {
    const { groups } = await this.admin((admin) => admin.describeGroups([groupId]));
    return groups.flatMap(({ members }) => members.map(({ clientId }) => clientId));
  }

  /** Sets the configuration of a topic; all other settings get their defaults. */
  async configure(topic: string, config: Readonly<Record<string, string>>): Promise<void> {
    const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
    await this.admin((admin) =>
      admin.alterConfigs({
        validateOnly: false,
        resources: [{ type: TOPIC, name: topic, configEntries }],
      }),
    );
  }

  /** Resolves once this many partitions of a topic have leaders. */
  async untilLed(topic: string, partitions: number): Promise<void> {
    await persistent(async () => {
      const offsets = await this.admin((admin) => admin.fetchTopicOffsets(topic));
      if (offsets.length !== partitions)
        throw new Error(`${topic} has ${offsets.length} partitions with leaders`);
    });
  }

  /** Resolves once a broker is in sync with every partition of which it has a replica. */
  async untilInSync(nodeId: number): Promise<void> {
    await persistent(async () => {
      const { topics } = await this.admin((admin) => admin.fetchTopicMetadata());
      const behind = topics.flatMap(({ name, partitions }) =>
        partitions
          .filter(({ replicas, isr }) => replicas.includes(nodeId) && !isr.includes(nodeId))
          .map(({ partitionId }) => `${name}[${partitionId}]`),
      );
      if (behind.length > 0) throw new Error(`broker ${nodeId} is not in sync with ${behind.join(', ')}`);
    });
  }

  /** Starts every broker and removes all network faults. */
  async heal(): Promise<void> {
    await this.network?.heal();
    for (const broker of this.brokers) broker.resume();
    await Promise.all(this.brokers.filter(({ pid }) => pid === undefined).map((broker) => broker.restart()));
    await waitUntilReady(this.kafka.bootstrap, { brokers: this.brokers.length, timeoutMs: 120_000 });
  }

  async stop(): Promise<void> {
    await this.network?.stop();
    await this.kafka.stop();
  }
}

/** Java's `String.hashCode`, made positive as Kafka does. */
function javaHash(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return hash & 0x7fffffff;
}
