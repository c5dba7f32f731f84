export { HealthModule } from './health.module.js';
export { KafkaHealthModule } from './kafka-health.module.js';
export { KafkaHealth } from './kafka.health.js';
