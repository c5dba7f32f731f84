/** The harness's settings as options of kafkajs, for the runtimes to compare with. */
export const streams = JSON.parse(process.env.RELIABILITY_STREAMS);

export function peerOptions() {
  const { env } = process;
  const ms = (name) => Number(env[name]);
  return {
    client: {
      clientId: env.KAFKA_CLIENT_ID,
      brokers: env.KAFKA_BROKERS.split(','),
      connectionTimeout: ms('KAFKA_CONNECTION_TIMEOUT_MS'),
      requestTimeout: ms('KAFKA_REQUEST_TIMEOUT_MS'),
    },
    consumer: {
      groupId: env.KAFKA_GROUP_ID,
      sessionTimeout: ms('KAFKA_SESSION_TIMEOUT_MS'),
      heartbeatInterval: ms('KAFKA_HEARTBEAT_INTERVAL_MS'),
      rebalanceTimeout: ms('KAFKA_REBALANCE_TIMEOUT_MS'),
      maxWaitTimeInMs: ms('KAFKA_FETCH_MAX_WAIT_MS'),
      allowAutoTopicCreation: false,
    },
    run: { autoCommitInterval: ms('KAFKA_AUTO_COMMIT_INTERVAL_MS'), partitionsConsumedConcurrently: 12 },
  };
}
