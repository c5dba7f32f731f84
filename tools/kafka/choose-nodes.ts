import { randomInt } from 'node:crypto';
import getPort from 'get-port';
import type { Node, ProxiedListener } from './server-properties.js';

/** What a cluster's ports depend on. */
export interface Wanted {
  readonly brokers?: number;
  /** Port of the first broker, the others follow; free ones by default. */
  readonly port?: number;
  readonly sasl?: unknown;
  readonly tls?: boolean;
  /** Names of the listeners behind proxies. */
  readonly proxied?: readonly string[];
}

/** Gives every node its id and ports that are free now; another program may still take one before it is bound. */
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
 * A free port that the kernel gives to no outgoing connection: those of Linux begin at 32768, of macOS at 49152.
 * A proxy, or a broker, that lets go of its port for a while gets it back, and whoever tries to reach it in
 * between can't be connected to itself.
 */
async function lastingPort(): Promise<number> {
  const candidates = Array.from({ length: 50 }, () => randomInt(20_000, 32_768));
  return getPort({ host: '127.0.0.1', port: candidates });
}
