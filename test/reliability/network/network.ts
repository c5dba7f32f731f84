import type { KafkaCluster, ProxiedListener } from '../../../tools/kafka/index.js';
import { ToolError } from '../../../tools/tool-error.js';
import { type Toxic, Toxiproxy } from './toxiproxy.js';

/** Delay in one direction; a response is delayed by twice this. */
export interface Latency {
  readonly delayMs: number;
  /** Maximum random deviation of the delay; default: 0. */
  readonly jitterMs?: number;
}

/**
 * The network between brokers and clients, in which faults can be injected per client: each client has
 * a name, which is that of its own listener (`proxied` of `startKafka`), and a proxy to every broker.
 *
 * Faults accumulate until `heal`. A call with a broker's `nodeId` affects only the
 * link to that broker; without it, all links of the name. All reject with a {@link ToolError} that names the
 * proxy if toxiproxy fails. Behind a proxy a broker that is down looks different: connections are accepted and
 * closed at once.
 *
 * @example
 * const cluster = await startKafka({ brokers: 3, proxied: ['A', 'B'] });
 * const network = await Network.start(cluster.proxied);
 * const env = { KAFKA_BROKERS: network.bootstrap('A') };
 * await network.cut('A', 2);
 * await network.heal('A');
 */
export class Network {
  private constructor(
    private readonly toxiproxy: Toxiproxy,
    private readonly listeners: KafkaCluster['proxied'],
  ) {}

  /**
   * Opens a proxy at every advertised port.
   * @throws ToolError `NO_TOXIPROXY` if toxiproxy is not available, `TOXIPROXY_REFUSED` if a port was taken
   */
  static async start(listeners: KafkaCluster['proxied']): Promise<Network> {
    const toxiproxy = await Toxiproxy.start();
    try {
      for (const listener of [...listeners.values()].flat()) {
        await toxiproxy.create(proxyOf(listener), listener.advertisedPort, listener.listenPort);
      }
    } catch (error) {
      await toxiproxy.stop();
      throw error;
    }
    return new Network(toxiproxy, listeners);
  }

  /** KAFKA_BROKERS of the client of this name. */
  bootstrap(name: string): string {
    return this.#links(name)
      .map(({ advertisedPort }) => `127.0.0.1:${advertisedPort}`)
      .join(',');
  }

  /** Closes the connections and rejects new ones. */
  async cut(name: string, nodeId?: number): Promise<void> {
    await this.#each(name, nodeId, (proxy) => this.toxiproxy.disable(proxy));
  }

  /**
   * Drops all bytes in both directions, while connections stay open and new ones are accepted; a closed end
   * is still reported to the other. Since the bytes are lost, toxiproxy closes these connections at `heal`.
   */
  async halfOpen(name: string, nodeId?: number): Promise<void> {
    await this.#poison(name, nodeId, 'timeout', { timeout: 0 });
  }

  /** Passes requests and drops their responses until `heal`, which closes these connections. */
  async mute(name: string, nodeId?: number): Promise<void> {
    await this.#each(name, nodeId, (proxy) =>
      this.toxiproxy.poison(proxy, { type: 'timeout', stream: 'downstream', attributes: { timeout: 0 } }),
    );
  }

  /** Delays bytes in both directions. Connections survive this and `heal`. */
  async delay(name: string, { delayMs, jitterMs = 0 }: Latency, nodeId?: number): Promise<void> {
    await this.#poison(name, nodeId, 'latency', { latency: delayMs, jitter: jitterMs });
  }

  /**
   * Limits the rate of each connection and direction, in whole KB/s (1,000 bytes), at least one.
   * Connections survive this and `heal`.
   */
  async throttle(name: string, bytesPerSecond: number, nodeId?: number): Promise<void> {
    await this.#poison(name, nodeId, 'bandwidth', { rate: Math.max(1, Math.round(bytesPerSecond / 1_000)) });
  }

  /**
   * Resets connections at their first byte. Connections that were open before, toxiproxy
   * can only close at their next byte, without an RST. Silent ones stay open.
   */
  async reset(name: string, nodeId?: number): Promise<void> {
    await this.#poison(name, nodeId, 'reset_peer', { timeout: 0 });
  }

  /** Removes all faults, of one name or of all. */
  async heal(name?: string, nodeId?: number): Promise<void> {
    const names = name === undefined ? [...this.listeners.keys()] : [name];
    const heal = async (proxy: string): Promise<void> => {
      await this.toxiproxy.cure(proxy);
      await this.toxiproxy.enable(proxy);
    };
    await Promise.all(names.map((each) => this.#each(each, nodeId, heal)));
  }

  /** Ends all proxies, and their connections with them. */
  async stop(): Promise<void> {
    await this.toxiproxy.stop();
  }

  async #poison(
    name: string,
    nodeId: number | undefined,
    type: Toxic['type'],
    attributes: Toxic['attributes'],
  ): Promise<void> {
    await this.#each(name, nodeId, async (proxy) => {
      await this.toxiproxy.poison(proxy, { type, stream: 'upstream', attributes });
      await this.toxiproxy.poison(proxy, { type, stream: 'downstream', attributes });
    });
  }

  async #each(
    name: string,
    nodeId: number | undefined,
    harm: (proxy: string) => Promise<void>,
  ): Promise<void> {
    await Promise.all(this.#links(name, nodeId).map((link) => harm(proxyOf(link))));
  }

  #links(name: string, nodeId?: number): readonly ProxiedListener[] {
    const all = this.listeners.get(name) ?? [];
    const links = nodeId === undefined ? all : all.filter((link) => link.nodeId === nodeId);
    if (links.length > 0) return links;
    const known = [...this.listeners.values()].flat().map(proxyOf).join(', ');
    const wanted = nodeId === undefined ? name : `${name} to broker ${nodeId}`;
    throw new ToolError('NO_LINK', `There is no proxied link ${wanted}. Those of startKafka are: ${known}.`);
  }
}

function proxyOf({ name, nodeId }: ProxiedListener): string {
  return `${name}-${nodeId}`;
}
