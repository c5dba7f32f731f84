import type { KafkaCluster, ProxiedListener } from '../../../tools/kafka/index.js';
import { ToolError } from '../../../tools/tool-error.js';
import { type Toxic, Toxiproxy } from './toxiproxy.js';

/** How long bytes are under way in one direction: an answer comes later by twice of it. */
export interface Latency {
  readonly delayMs: number;
  /** The delay is off by up to this much; by chance, which no seed sets. 0 by default. */
  readonly jitterMs?: number;
}

/**
 * The network between a cluster's brokers and its clients, which can be harmed for one client at a time: each has
 * a name, that of a listener of its own (`proxied` of `startKafka`), and a proxy to every broker.
 *
 * Faults that are called one after the other add up, until `heal`. A call with a broker's `nodeId` reaches the
 * link to that broker alone; without it, all links of the name. All reject with a {@link ToolError} that names the
 * proxy where toxiproxy refuses. Behind a proxy a broker that is down looks different: connections are accepted, and
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
   * @throws ToolError `NO_TOXIPROXY` where toxiproxy can't be had, `TOXIPROXY_REFUSED` where a port was taken
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

  /** What KAFKA_BROKERS is for the client of this name. */
  bootstrap(name: string): string {
    return this.#links(name)
      .map(({ advertisedPort }) => `127.0.0.1:${advertisedPort}`)
      .join(',');
  }

  /** Closes the connections and refuses new ones. */
  async cut(name: string, nodeId?: number): Promise<void> {
    await this.#each(name, nodeId, (proxy) => this.toxiproxy.disable(proxy));
  }

  /**
   * Swallows all bytes of both directions, while connections stay open and new ones are accepted; an end that
   * closes is still told to the other. As the bytes are gone for good, toxiproxy closes these connections at `heal`.
   */
  async halfOpen(name: string, nodeId?: number): Promise<void> {
    await this.#poison(name, nodeId, 'timeout', { timeout: 0 });
  }

  /** Lets requests pass and swallows their answers, until `heal`, which closes these connections. */
  async mute(name: string, nodeId?: number): Promise<void> {
    await this.#each(name, nodeId, (proxy) =>
      this.toxiproxy.poison(proxy, { type: 'timeout', stream: 'downstream', attributes: { timeout: 0 } }),
    );
  }

  /** Holds bytes up, in both directions. Connections survive it, and `heal` too. */
  async delay(name: string, { delayMs, jitterMs = 0 }: Latency, nodeId?: number): Promise<void> {
    await this.#poison(name, nodeId, 'latency', { latency: delayMs, jitter: jitterMs });
  }

  /**
   * Lets bytes pass at a rate, that of each connection and direction; in whole KB/s (1,000 bytes), at least one.
   * Connections survive it, and `heal` too.
   */
  async throttle(name: string, bytesPerSecond: number, nodeId?: number): Promise<void> {
    await this.#poison(name, nodeId, 'bandwidth', { rate: Math.max(1, Math.round(bytesPerSecond / 1_000)) });
  }

  /**
   * Resets connections at their first byte, instead of passing it on. Of those that were open before, toxiproxy
   * can only close: they end, at their next byte, without an RST. One that is silent stays.
   */
  async reset(name: string, nodeId?: number): Promise<void> {
    await this.#poison(name, nodeId, 'reset_peer', { timeout: 0 });
  }

  /** Takes all faults back; those of every name where none is given. */
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
