/** The parts of kafkajs 2.2.4's `network/` that its types leave out. Its version is pinned; specs check these shapes. */

declare module 'kafkajs-pinned/src/network/connection.js' {
  import type { Socket } from 'node:net';
  import type { ISocketFactory } from 'kafkajs-pinned';

  class Connection {
    readonly host: string;
    readonly port: number;
    /** The last socket that was opened. */
    readonly socket: Socket | undefined;
    constructor(settings: {
      host: string;
      port: number;
      logger: object;
      socketFactory: ISocketFactory;
      connectionTimeout: number;
      requestTimeout: number;
      enforceRequestTimeout: boolean;
    });
    isConnected(): boolean;
    connect(): Promise<boolean>;
    disconnect(): Promise<boolean>;
    rejectRequests(error: Error): void;
  }

  export default Connection;
}

declare module 'kafkajs-pinned/src/network/requestQueue/index.js' {
  class RequestQueue {
    readonly pending: readonly unknown[];
    throttledUntil: number;
    throttleCheckTimeoutId: NodeJS.Timeout | null;
    scheduleCheckPendingRequests(): void;
  }
  export default RequestQueue;
}
