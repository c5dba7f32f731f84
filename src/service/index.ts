// Light on purpose: a program imports this before it listens to signals, and nothing else before that.
export { requireNode } from './require-node.js';
export { runKafkaService } from './run-kafka-service.js';
