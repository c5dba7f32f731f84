import type { Socket } from 'node:net';

/** How long an ended connection may wait for the other side to end it too, in ms. */
const LINGER_MS = 5_000;

/**
 * Lets only the first `unref` of a socket have an effect, and destroys the socket some time after it.
 *
 * - Defect: `Connection.disconnect` (`network/connection.js`) calls `end` and `unref` of the same socket again and again
 *   while a broker is down. It never destroys a socket.
 * - Effect: Node adds a `connect` listener for each `unref` of a socket that is not connected, so listeners pile up. If
 *   the other side is silent, an ended socket stays until TCP gives up.
 * - Test: `repeated-end.spec.ts`.
 * - Unnecessary when `disconnect` ends a socket once and destroys it later.
 *
 * @returns the same socket
 */
export function endOnce<S extends Socket>(socket: S): S {
  const unref = socket.unref.bind(socket);
  let isEnded = false;
  socket.unref = () => {
    if (socket.destroyed || isEnded) return socket;
    isEnded = true;
    const linger = setTimeout(() => socket.destroy(), LINGER_MS).unref();
    socket.once('close', () => clearTimeout(linger));
    return unref();
  };
  return socket;
}
