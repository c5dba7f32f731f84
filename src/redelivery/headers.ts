/**
 * Names of the headers that the runtime adds to records that it stores elsewhere or replays. Values are UTF-8 text;
 * numbers are in decimal digits. All of them are removed from a record whenever it is written elsewhere. Other code
 * may forward records with their headers, so each header counts only in the position that it was written for: see
 * `originOf`, `replayAddressOf` and `toReplayReceipt`.
 */
export const HEADERS = {
  originalTopic: 'dlt-original-topic',
  originalPartition: 'dlt-original-partition',
  originalOffset: 'dlt-original-offset',
  /** Milliseconds since the epoch. */
  originalTimestamp: 'dlt-original-timestamp',
  /** The consumer group whose handler failed. */
  originalGroup: 'dlt-original-group',
  exceptionClass: 'dlt-exception-class',
  exceptionMessage: 'dlt-exception-message',
  /** Cut at 4 KiB. */
  exceptionStacktrace: 'dlt-exception-stacktrace',
  /** Number of failed handler calls, including those in retry topics. */
  attempts: 'dlt-attempts',
  /** When it failed for the first time, ISO 8601. */
  firstFailedAt: 'dlt-first-failed-at',
  /** When it was stored, ISO 8601. */
  failedAt: 'dlt-failed-at',
  /** How often it was replayed from the dead-letter topic. */
  replays: 'dlt-replays',
  /** On a truncated dead letter: the original size in bytes of the value, key or headers. */
  valueCutFrom: 'dlt-value-truncated-from',
  keyCutFrom: 'dlt-key-truncated-from',
  headersCutFrom: 'dlt-headers-truncated-from',
  /** The names of the omitted headers, with their sizes. */
  headersLeftOut: 'dlt-headers-left-out',
  /** On a replayed record: the only group that handles it. */
  replayFor: 'dlt-replay-for',
  /** On a replayed record: topic, partition and offset of the dead letter. */
  replayOf: 'dlt-replay-of',
  /** On a replayed record: a digest of its content and position; the other headers count only with a correct digest. */
  replayDigest: 'dlt-replay-digest',
  /** In a retry topic: when the record is due, in milliseconds since the epoch. */
  dueAt: 'dlt-due-at',
  /** In a parking topic: the record's key. */
  parkedKey: 'dlt-parked-key',
  /** In a parking topic: the id of the record's topic, which changes when a topic is recreated. */
  parkedTopicId: 'dlt-parked-topic-id',
  /** In a parking topic: the name of the ownership that ended a release. */
  releaseEndedBy: 'dlt-release-ended-by',
  /** In a parking topic: present if the record's value is null. */
  parkedTombstone: 'dlt-parked-tombstone',
  /** On a receipt in a dead-letter topic: the position of the dead letter that was replayed. */
  replayedTopic: 'dlt-replayed-topic',
  replayedPartition: 'dlt-replayed-partition',
  replayedOffset: 'dlt-replayed-offset',
  replayedFailedAt: 'dlt-replayed-failed-at',
  replayedTo: 'dlt-replayed-to',
} as const;
