/** Injection token of the door to Kafka, a `KafkaPort`. */
export const KAFKA_PORT = Symbol('KAFKA_PORT');
