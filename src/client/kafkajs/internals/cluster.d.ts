/** The parts of kafkajs 2.2.4's `broker/` and `cluster/` that its types leave out. Its version is pinned; specs check these shapes. */

declare module 'kafkajs-pinned/src/broker/index.js' {
  import type { ISocketFactory } from 'kafkajs-pinned';
  import type Connection from 'kafkajs-pinned/src/network/connection.js';
  import type { TopicRequest } from 'kafkajs-pinned/src/protocol/requests/fetch/index.js';
  import type { FetchResponse } from 'kafkajs-pinned/src/protocol/requests/fetch/v11/response.js';
  import type { Request, RequestDefinition } from 'kafkajs-pinned/src/protocol/requests/index.js';

  class Broker {
    /** Null for a bootstrap broker before its first metadata. */
    readonly nodeId: number | string | null;
    /** `host:port`. */
    readonly brokerAddress: string;
    /** In ms. */
    readonly authenticationTimeout: number;
    readonly versions: Readonly<
      Record<number, { readonly minVersion: number; readonly maxVersion: number }>
    > | null;
    readonly connectionPool: {
      /** In ms. */
      readonly connectionTimeout: number;
      readonly sasl: unknown;
      readonly socketFactory: ISocketFactory;
      readonly pool: readonly Connection[];
      send<Answer>(request: Request<Answer>): Promise<Answer>;
    };
    isConnected(): boolean;
    connect(): Promise<void>;
    /** Finds the newest version of a request that both sides support. Only after `connect`. */
    lookupRequest<Fields, Answer>(
      apiKey: number,
      definition: RequestDefinition<Fields, Answer>,
    ): (fields: Fields) => Request<Answer>;
    fetch(request: { readonly topics: readonly TopicRequest[] }): Promise<FetchResponse>;
  }
  export default Broker;
}

declare module 'kafkajs-pinned/src/cluster/brokerPool.js' {
  import type Broker from 'kafkajs-pinned/src/broker/index.js';

  class BrokerPool {
    readonly brokers: Readonly<Record<string, Broker>>;
    readonly logger: { debug(message: string): void };
    readonly metadata: { readonly controllerId: number } | null;
    seedBroker: Broker | undefined;
    versions: Readonly<Record<number, { readonly minVersion: number; readonly maxVersion: number }>> | null;
    retrier<T>(work: (bail: (error: unknown) => void) => Promise<T>): Promise<T>;
    hasConnectedBrokers(): boolean;
    createSeedBroker(): Promise<void>;
    connect(): Promise<void>;
    disconnect(): Promise<void>;
    connectBroker(broker: Broker): Promise<void>;
    findBroker(node: { nodeId: string }): Promise<Broker>;
    findConnectedBroker(): Promise<Broker>;
    refreshMetadata(topics: readonly string[]): Promise<void>;
    withBroker<T>(request: (found: { nodeId: string; broker: Broker }) => Promise<T>): Promise<T>;
  }
  export default BrokerPool;
}
