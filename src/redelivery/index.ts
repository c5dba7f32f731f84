export { earlierAttempts, originOf } from './aside-headers.js';
export {
  deadLetterTopicOf,
  isAsideTopic,
  isDelayName,
  isNamedForDeadLetters,
  isParkingTopic,
  isRetryTopic,
  parkedTopicOf,
  retryPrefixOf,
  retrySourceOf,
  retryTopicOf,
} from './aside-topics.js';
export { AsideWriter, type RetryRoute } from './aside-writer.js';
export { type DeadLetter, type ReplayMark, toDeadLetter, toReplayMark } from './dead-letter.js';
export { HEADERS } from './headers.js';
export { retryTopic } from './own-topic-specs.js';
export { OwnTopics } from './own-topics.js';
export { type ParkedKey, askRelease, parkedKeysOf } from './parking/parked-keys.js';
export { ParkingLots } from './parking/parking-lots.js';
export { headerNumber, headerText, ownHeaders } from './record-headers.js';
export { addressHeaders, replayAddressOf } from './replay-address.js';
