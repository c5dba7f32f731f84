export { KafkaMetrics } from './kafka-metrics.js';
export { KafkaMetricsModule } from './kafka-metrics.module.js';
export { MetricsModule } from './metrics.module.js';
