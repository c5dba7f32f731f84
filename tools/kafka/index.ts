export type { Broker } from './broker.js';
export { brokerList, kafkaClient, withAdmin } from './client.js';
export { execute, type Executed, type ExecuteOptions } from './execute.js';
export { javaTool } from './java.js';
export { afterwards, keep, type Kept } from './keeper.js';
export { openKafka } from './open-kafka.js';
export type { OpenKafka } from './opened.js';
export { waitUntilReady } from './ready.js';
export { type KafkaCluster, startKafka, type StartOptions } from './start-kafka.js';
