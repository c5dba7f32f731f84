import { isIP, connect as connectPlain, type Socket } from 'node:net';
import { connect, createSecureContext, type ConnectionOptions } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';
import type { TlsConfig } from '../../config/index.js';
import { CurrentSecrets } from './auth/current-secrets.js';

/** As kafkajs's own sockets have it. */
const KEEP_ALIVE_MS = 60_000;

/** How long an ended connection may wait for the other side to end it too. */
const LINGER_MS = 5_000;

/** Makes kafkajs's connections without TLS. */
export const plainSockets: ISocketFactory = ({ host, port, onConnect }) =>
  prepared(connectPlain({ host, port }, onConnect));

/** Makes kafkajs's connections by TLS, each with the certificates that their files hold when it is made. */
export function secureSockets(config: TlsConfig): ISocketFactory {
  // A certificate of today with the key of yesterday is what a rotation looks like in its middle.
  const current = new CurrentSecrets(config, (tls) => void createSecureContext(tls));
  return ({ host, port, onConnect }) => {
    const { files: _files, ...tls } = current.read();
    // A server name that is an address is against RFC 6066.
    const name: ConnectionOptions = isIP(host) === 0 ? { servername: host } : {};
    return prepared(connect({ host, port, ...name, ...tls }, onConnect));
  };
}

/**
 * kafkajs ends a connection, and forgets it, by `end` and `unref` (`connection.js`, `disconnect`). It does so again
 * and again while a broker is away, and Node answers each `unref` of a socket that is gone with one more listener for
 * a connect that never comes: only the first counts. And where the other side says nothing, an ended socket would stay
 * until TCP gives up.
 */
function prepared<S extends Socket>(socket: S): S {
  socket.setKeepAlive(true, KEEP_ALIVE_MS);
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
