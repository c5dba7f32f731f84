import { randomInt } from 'node:crypto';
import getPort from 'get-port';
import type { Node, ProxiedListener } from './server-properties.js';

/** The options of a cluster that determine its ports. */
export interface Wanted {
  readonly brokers?: number;
  /** Port of the first broker; the others use the next ones. Default: free ports. */
  readonly port?: number;
  readonly sasl?: unknown;
  readonly tls?: boolean;
  /** Names of the listeners behind proxies. */
  readonly proxied?: readonly string[];
}

/** Chooses id and free ports of each node; another program may still take a port before the broker binds it. */
export async function chooseNodes({ brokers = 1, port, sasl, tls, proxied }: Wanted): Promise<Node[]> {
  const nodes: Node[] = [];
  for (let index = 0; index < brokers; index += 1) {
    const nodeId = index + 1;
    nodes.push({
      nodeId,
      port: port === undefined ? await getPort({ host: '127.0.0.1' }) : port + index,
      controllerPort: await getPort({ host: '127.0.0.1' }),
      ...((sasl ?? tls) && { securePort: await getPort({ host: '127.0.0.1' }) }),
      ...(proxied && { proxied: await chooseListeners(nodeId, proxied) }),
    });
  }
  return nodes;
}

async function chooseListeners(nodeId: number, names: readonly string[]): Promise<ProxiedListener[]> {
  const listeners: ProxiedListener[] = [];
  for (const name of names) {
    listeners.push({ name, nodeId, listenPort: await lastingPort(), advertisedPort: await lastingPort() });
  }
  return listeners;
}

/**
 * A free port below the range that the kernel uses for outgoing connections (from 32768 on Linux, 49152 on macOS). A proxy
 * or broker that closes its port for a while can bind it again, and a client that connects meanwhile cannot be connected
 * to itself.
 */
async function lastingPort(): Promise<number> {
  const candidates = Array.from({ length: 50 }, () => randomInt(20_000, 32_768));
  return getPort({ host: '127.0.0.1', port: candidates });
}
