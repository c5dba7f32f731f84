/** The parts of kafkajs 2.2.4's `protocol/requests/fetch/` that its types leave out. Its version is pinned; specs check these shapes. */

declare module 'kafkajs-pinned/src/protocol/requests/fetch/index.js' {
  import type Encoder from 'kafkajs-pinned/src/protocol/encoder.js';
  import type { FetchResponse } from 'kafkajs-pinned/src/protocol/requests/fetch/v11/response.js';

  interface PartitionRequest {
    readonly partition: number;
    readonly fetchOffset: string;
    readonly maxBytes: number;
  }
  interface TopicRequest {
    readonly topic: string;
    readonly partitions: readonly PartitionRequest[];
  }
  interface FetchRequestFields {
    readonly replicaId?: number;
    readonly maxWaitTime: number;
    readonly minBytes: number;
    readonly maxBytes: number;
    readonly isolationLevel?: number;
    readonly topics: readonly TopicRequest[];
    readonly rackId?: string;
  }
  interface FetchProtocol {
    readonly request: { encode(): Promise<Encoder> };
    readonly response: { decode(bytes: Buffer): Promise<FetchResponse> };
  }
  type ToFetchProtocol = (request: FetchRequestFields) => FetchProtocol;
  const requests: { protocol(version: { readonly version: number }): ToFetchProtocol };
  export type { FetchRequestFields, PartitionRequest, TopicRequest };
  export default requests;
}

declare module 'kafkajs-pinned/src/protocol/requests/fetch/v11/request.js' {
  import type Encoder from 'kafkajs-pinned/src/protocol/encoder.js';
  import type { FetchRequestFields } from 'kafkajs-pinned/src/protocol/requests/fetch/index.js';

  const request: (fields: FetchRequestFields) => { encode(): Promise<Encoder> };
  export default request;
}

declare module 'kafkajs-pinned/src/protocol/requests/fetch/v11/response.js' {
  interface FetchedMessage {
    readonly offset: string;
    /** Whether it only moves the position; then it has none of the following fields. */
    readonly isControlRecord: boolean;
    readonly key?: Buffer | null;
    readonly value?: Buffer | null;
    readonly timestamp?: string;
    readonly headers?:
      | Readonly<
          Record<string, Uint8Array | string | null | undefined | readonly (Uint8Array | string | null)[]>
        >
      | undefined;
  }

  interface FetchResponse {
    throttleTime: number;
    clientSideThrottleTime: number;
    errorCode: number;
    sessionId: number;
    responses: {
      topicName: string;
      partitions: {
        partition: number;
        errorCode: number;
        highWatermark: string;
        lastStableOffset: string;
        lastStartOffset: string;
        abortedTransactions: { producerId: string; firstOffset: string }[];
        preferredReadReplica: number;
        messages: FetchedMessage[];
      }[];
    }[];
  }
  const response: { decode(bytes: Buffer): Promise<FetchResponse> };
  export type { FetchedMessage, FetchResponse };
  export default response;
}
