// Has few imports on purpose: a program imports this file before it listens to signals.
export { requireNode } from './require-node.js';
export { runKafkaService } from './run-kafka-service.js';
