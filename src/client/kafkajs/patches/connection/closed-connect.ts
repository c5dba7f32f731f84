import kafkajs from 'kafkajs-pinned';
import Connection from 'kafkajs-pinned/src/network/connection.js';
import { installOnce } from '../install-once.js';

/**
 * Rejects an attempt to connect if its socket is closed before it is connected.
 *
 * - Defect: `Connection.connect` (`network/connection.js`) listens to `connect`, `end` and `error`, not to `close`: if the
 *   socket is destroyed without an error, its promise never settles, and its timeout stays active.
 * - Effect: all callers that wait for the connection wait indefinitely. The timeout of the attempt closes the socket of
 *   a later one.
 * - Test: `shared-connect.spec.ts`, "fails if it is closed before it is connected", and the one after it.
 * - Unnecessary when `connect` rejects on `close`.
 */
export const rejectClosedConnect = installOnce(() => {
  const { prototype } = Connection;
  const { connect } = prototype;
  prototype.connect = function (this: Connection): Promise<boolean> {
    const attempt = connect.call(this);
    return this.isConnected() ? attempt : Promise.race([attempt, closedBefore(attempt, this)]);
  };
});

/** Rejects if the socket is closed without an error before the attempt is over; errors are reported by kafkajs. */
function closedBefore(attempt: Promise<boolean>, { socket, host, port }: Connection): Promise<never> {
  let isOver = false;
  const over = (): void => {
    isOver = true;
  };
  attempt.then(over, over);
  const rejected = new Promise<never>((_, reject) => {
    socket?.once('close', (hadError) => {
      if (hadError || isOver) return;
      // Makes kafkajs clear the timeout of the attempt and disconnect, which takes a few microtasks.
      socket.emit('end');
      const broker = `${host}:${port}`;
      const error = new kafkajs.KafkaJSConnectionError('Closed before it was connected', { broker });
      setImmediate(() => reject(error));
    });
  });
  rejected.catch(() => undefined);
  return rejected;
}
