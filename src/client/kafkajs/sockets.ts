import { isIP, connect as connectPlain, type Socket } from 'node:net';
import { connect, createSecureContext, type ConnectionOptions } from 'node:tls';
import type { ISocketFactory } from 'kafkajs-pinned';
import type { KafkaConfig, TlsConfig } from '../../config/index.js';
import { SecretReader } from './auth/secret-reader.js';
import { endOnce } from './patches/connection/repeated-end.js';

/** The same as in kafkajs's own socket factory. */
const KEEP_ALIVE_MS = 60_000;

/** @returns the socket factory of a client; each client has its own, which identifies the client */
export function toSockets({ ssl }: Pick<KafkaConfig, 'ssl'>): ISocketFactory {
  return ssl ? secureSockets(ssl) : (options) => plainSockets(options);
}

/** Opens kafkajs's connections without TLS. */
export const plainSockets: ISocketFactory = ({ host, port, onConnect }) =>
  prepared(connectPlain({ host, port }, onConnect));

/** Opens kafkajs's connections with TLS, each with the certificates that are in the files when it is opened. */
export function secureSockets(config: TlsConfig): ISocketFactory {
  // In the middle of a rotation, the certificate and the key in the files may not belong together.
  const current = new SecretReader(config, (tls) => void createSecureContext(tls));
  return ({ host, port, onConnect }) => {
    const { files: _files, ...tls } = current.read();
    // RFC 6066 does not permit an IP address as the server name.
    const name: ConnectionOptions = isIP(host) === 0 ? { servername: host } : {};
    return prepared(connect({ host, port, ...name, ...tls }, onConnect));
  };
}

function prepared<S extends Socket>(socket: S): S {
  socket.setKeepAlive(true, KEEP_ALIVE_MS);
  return endOnce(socket);
}
