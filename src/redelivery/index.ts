export { earlierAttempts, originOf } from './aside-headers.js';
export {
  deadLetterTopicOf,
  isFailureTopic,
  isDelayName,
  isNamedForDeadLetters,
  isParkingTopic,
  isRetryTopic,
  parkedTopicOf,
  retryPrefixOf,
  retrySourceOf,
  retryTopicOf,
} from './aside-topics.js';
export { FailedRecordPublisher, type RetryRoute } from './failed-record-publisher.js';
export { type DeadLetter, type ReplayMark, toDeadLetter, toReplayMark } from './dead-letter.js';
export { HEADERS } from './headers.js';
export { retryTopic } from './own-topic-specs.js';
export { OwnTopics } from './own-topics.js';
export { type ParkedKey, askRelease, parkedKeysOf } from './parking/parked-keys.js';
export { ParkingStores } from './parking/parking-stores.js';
export { headerNumber, headerText, ownHeaders } from './record-headers.js';
export { addressHeaders, replayAddressOf } from './replay-address.js';
