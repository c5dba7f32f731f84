import kafkajs from 'kafkajs';
import Connection from 'kafkajs/src/network/connection.js';
import { onceAProcess } from './once-a-process.js';

const connecting = new WeakMap<Connection, Promise<boolean>>();

/**
 * Lets all who need a connection wait for one attempt to make it, once a process. In kafkajs each makes a socket of
 * its own, as a heartbeat and a commit do at the same time where a broker is back. All but the last are forgotten, and
 * stay open until the broker ends them, minutes later: kafkajs then takes the end of any for the end of the connection,
 * and fails every request that is under way on the one that is in use.
 */
export const shareConnects = onceAProcess(() => {
  const { prototype } = Connection;
  const { connect } = prototype;
  prototype.connect = function (this: Connection): Promise<boolean> {
    const underWay = connecting.get(this);
    if (underWay) return underWay;
    const attempt = settledBy(this, connect.call(this)).finally(() => connecting.delete(this));
    connecting.set(this, attempt);
    return attempt;
  };
});

/** kafkajs forgets an attempt whose socket the other side closes before it is connected. */
function settledBy(connection: Connection, attempt: Promise<boolean>): Promise<boolean> {
  if (connection.isConnected()) return attempt;
  const { socket, host, port } = connection;
  const closed = new Promise<never>((_, reject) => {
    socket?.once('close', (hadError) => {
      const broker = `${host}:${port}`;
      // Of an error it tells by itself, and better.
      if (!hadError) reject(new kafkajs.KafkaJSConnectionError('Closed before it was connected', { broker }));
    });
  });
  closed.catch(() => undefined);
  return Promise.race([attempt, closed]);
}
