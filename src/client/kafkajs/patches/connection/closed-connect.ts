import kafkajs from 'kafkajs-pinned';
import Connection from 'kafkajs-pinned/src/network/connection.js';
import { installOnce } from '../install-once.js';

/**
 * Rejects an attempt to connect if its socket is closed before it is connected.
 *
 * - Defect: `Connection.connect` (`network/connection.js`) listens to `connect`, `end` and `error`, not to `close`: if the
 *   socket is destroyed without an error, its promise never settles.
 * - Effect: all callers that wait for the connection wait indefinitely.
 * - Test: `shared-connect.spec.ts`, "fails if it is closed before it is connected".
 * - Unnecessary when `connect` rejects on `close`.
 */
export const rejectClosedConnect = installOnce(() => {
  const { prototype } = Connection;
  const { connect } = prototype;
  prototype.connect = function (this: Connection): Promise<boolean> {
    const attempt = connect.call(this);
    return this.isConnected() ? attempt : Promise.race([attempt, closed(this)]);
  };
});

/** Rejects once the connection's socket is closed without an error; errors are reported by kafkajs. */
function closed({ socket, host, port }: Connection): Promise<never> {
  const rejected = new Promise<never>((_, reject) => {
    socket?.once('close', (hadError) => {
      const broker = `${host}:${port}`;
      if (!hadError) reject(new kafkajs.KafkaJSConnectionError('Closed before it was connected', { broker }));
    });
  });
  rejected.catch(() => undefined);
  return rejected;
}
