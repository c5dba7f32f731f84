/** Stops the Kafka that global-setup.mjs has started. */
export default async function globalTeardown() {
  await globalThis.testKafka?.stop();
}
