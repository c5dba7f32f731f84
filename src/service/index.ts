// Has few imports on purpose: a program imports this file before it listens to signals.
export { runKafkaCommands } from './run-kafka-commands.js';
export { runKafkaService } from './run-kafka-service.js';
