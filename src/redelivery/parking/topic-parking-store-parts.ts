import type { FailedRecord, RawHeaders, TopicPartition } from '../../pipeline/index.js';
import type { ManyPartitionsReader, RecordProducer } from '../../client/index.js';
import type { RedeliveryCheck } from './redelivery-check.js';
import type { ParkingTopicFeed } from './parking-topic-feed.js';
import type { ParkedPartition } from './parked-partition.js';

/** The dependencies of a partition's parking store. */
export interface TopicParkingStoreParts {
  /** The partition whose records are parked. */
  readonly source: TopicPartition;
  /** The parking topic. */
  readonly topic: string;
  /** Counts the ownerships of this process. */
  readonly turn: number;
  readonly reader: Pick<ManyPartitionsReader, 'bounds' | 'read' | 'topicId'>;
  readonly feed: Pick<ParkingTopicFeed, 'catchUp' | 'watch' | 'unwatch'>;
  readonly producer: Pick<RecordProducer, 'send'>;
  /** Resolves once the topic exists. */
  readonly ensure: () => Promise<unknown>;
  /** Writes to the topic if it exists and is safe. */
  readonly write: (work: () => Promise<void>) => Promise<void>;
  /** The headers of a parked record: its own, and what describes its failure. */
  readonly headersOf: (failed: FailedRecord) => RawHeaders;
  /** Creates the state that is read from the parking topic. Tests replace it. */
  readonly newState?: () => ParkedPartition;
  /** Creates the check for records that will be delivered again. Tests replace it. */
  readonly newRedeliveryCheck?: (...of: ConstructorParameters<typeof RedeliveryCheck>) => RedeliveryCheck;
}
