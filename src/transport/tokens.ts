/** Injection token of the `KafkaPort`. */
export const KAFKA_PORT = Symbol('KAFKA_PORT');
