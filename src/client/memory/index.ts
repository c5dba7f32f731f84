export { MemoryKafka } from './memory-kafka.js';
export { type MemoryLog, MemoryTopics } from './memory-topics.js';
