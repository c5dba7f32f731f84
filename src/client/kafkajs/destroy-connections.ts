import type Broker from 'kafkajs-pinned/src/broker/index.js';

/** Closes a broker's connections at once; `disconnect` would wait for requests that are never answered. */
export function destroyConnections(broker: Broker): void {
  for (const { socket } of broker.connectionPool.pool) {
    socket?.destroy(new Error(`the connection to ${broker.brokerAddress} was closed`));
  }
}
