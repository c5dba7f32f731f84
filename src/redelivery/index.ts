export { earlierAttempts, originOf } from './failure-headers.js';
export {
  deadLetterTopicOf,
  isFailureTopic,
  isDelayName,
  isDeadLetterTopicName,
  isParkingTopic,
  isRetryTopic,
  parkingTopicOf,
  retryPrefixOf,
  retrySourceOf,
  retryTopicOf,
} from './topic-names.js';
export { FailedRecordPublisher, type RetryRoute } from './failed-record-publisher.js';
export { type DeadLetter, type ReplayReceipt, toDeadLetter, toReplayReceipt } from './dead-letter.js';
export { HEADERS } from './headers.js';
export { retryTopic } from './own-topic-specs.js';
export { OwnTopics } from './own-topics.js';
export {
  type ParkedKey,
  requestRelease,
  readParkedKeys,
  readParkedRecords,
} from './parking/read-parked-keys.js';
export { ParkingStores } from './parking/parking-stores.js';
export { headerNumber, headerText, ownHeaders } from './record-headers.js';
export { addressHeaders, replayAddressOf } from './replay-address.js';
