export { MemoryKafka } from './memory-kafka.js';
