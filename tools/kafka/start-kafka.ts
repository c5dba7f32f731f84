import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Broker } from './broker.js';
import { chooseNodes } from './choose-nodes.js';
import { clusterIdOf, dataFolder, freshFolder } from './data-folder.js';
import { kafkaJars } from './jars.js';
import { shortLived } from './java.js';
import { waitUntilReady } from './ready.js';
import {
  type Credentials,
  type Node,
  type ProxiedListener,
  serverProperties,
  type ServerOptions,
} from './server-properties.js';
import { createKeystore, formatStorage } from './storage.js';

export interface StartOptions {
  /** Number of nodes; default: 1. */
  readonly brokers?: number;
  /** Folder that keeps the data for the next start; default: a temporary folder. */
  readonly dataDir?: string;
  /** Port of the first broker; the others use the next ones. Default: free ports. */
  readonly port?: number;
  /** Adds a listener with authentication by PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512. */
  readonly sasl?: Credentials;
  /** Adds a TLS listener, or TLS to the SASL listener. */
  readonly tls?: boolean;
  /**
   * For each of these names, adds a listener without TLS and SASL to every node, advertised with the port of a proxy. Names
   * consist of letters, which Kafka converts to upper case, digits and underscores.
   */
  readonly proxied?: readonly string[];
  /** Broker properties that override the defaults. */
  readonly properties?: ServerOptions['properties'];
  /** Java heap of each node, such as `1g`; default: `512m`. */
  readonly heap?: string;
  /** Whether the nodes run for minutes rather than hours: they then start faster and use less memory. */
  readonly shortLived?: boolean;
}

/** A cluster on this machine that ends with this process. */
export interface KafkaCluster {
  /** Bootstrap servers without TLS and SASL. */
  readonly bootstrap: string;
  /** The listener of `sasl` and `tls`. */
  readonly secure?: { readonly bootstrap: string; readonly caFile?: string };
  /** The listeners of `proxied` by name; nothing listens on their advertised ports yet. */
  readonly proxied: ReadonlyMap<string, readonly ProxiedListener[]>;
  readonly brokers: readonly Broker[];
  /** Folder of Kafka's jars. */
  readonly lib: string;
  /** Ends all nodes and removes the data, unless a `dataDir` was given. */
  stop(): Promise<void>;
}

/** Starts Apache Kafka with Java in KRaft mode and waits until it answers. */
export async function startKafka(options: StartOptions = {}): Promise<KafkaCluster> {
  const attempts = options.port === undefined ? 3 : 1;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(options);
    } catch (error) {
      // A free port can be taken by another program before Kafka binds it.
      if (attempt === attempts || !/BindException|Address already in use/.test(String(error))) throw error;
    }
  }
}

async function startOnce(options: StartOptions): Promise<KafkaCluster> {
  const lib = await kafkaJars();
  const { home, remove } = await dataFolder(options.dataDir);
  const nodes = await chooseNodes(options);
  const brokers = nodes.map(
    ({ nodeId, port }) =>
      new Broker({
        nodeId,
        port,
        folder: path.join(home, `broker-${nodeId}`),
        lib,
        heap: options.heap ?? '512m',
        javaOptions: options.shortLived ? shortLived : [],
      }),
  );
  const stop = async (): Promise<void> => {
    // Temporary data needs no clean shutdown.
    await Promise.all(brokers.map((broker) => (remove ? broker.kill() : broker.stop())));
    await remove?.();
  };
  try {
    const caFile = await prepare(home, nodes, options);
    const bootstrap = addresses(nodes.map(({ port }) => port));
    await Promise.all(brokers.map((broker) => broker.launch()));
    const failed = Promise.race(brokers.map((broker) => broker.ended()));
    await waitUntilReady(bootstrap, { brokers: nodes.length, failed });
    const secure = secureListener(nodes, caFile);
    const proxied = proxiedListeners(nodes, options.proxied ?? []);
    return { bootstrap, proxied, brokers, lib, stop, ...(secure && { secure }) };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Creates the folders of the nodes; returns the path of the CA certificate for clients if there is one. */
async function prepare(
  home: string,
  nodes: readonly Node[],
  options: StartOptions,
): Promise<string | undefined> {
  const keystore = options.tls ? await createKeystore(await freshFolder(home, 'tls')) : undefined;
  const clusterId = await clusterIdOf(home);
  await Promise.all(
    nodes.map(async (node) => {
      const folder = path.join(home, `broker-${node.nodeId}`);
      await mkdir(folder, { recursive: true });
      const file = path.join(folder, 'server.properties');
      const { sasl, properties } = options;
      const server = {
        nodes,
        ...(sasl && { sasl }),
        ...(keystore && { keystore }),
        ...(properties && { properties }),
      };
      await writeFile(file, serverProperties(node, path.join(folder, 'data'), server));
      await formatStorage(file, clusterId, sasl);
    }),
  );
  return keystore?.caFile;
}

function secureListener(nodes: readonly Node[], caFile: string | undefined): KafkaCluster['secure'] {
  const ports = nodes.flatMap(({ securePort }) => (securePort === undefined ? [] : [securePort]));
  if (ports.length === 0) return undefined;
  return { bootstrap: addresses(ports), ...(caFile !== undefined && { caFile }) };
}

function proxiedListeners(nodes: readonly Node[], names: readonly string[]): KafkaCluster['proxied'] {
  const all = nodes.flatMap(({ proxied = [] }) => proxied);
  return new Map(names.map((wanted) => [wanted, all.filter(({ name }) => name === wanted)]));
}

function addresses(ports: readonly number[]): string {
  return ports.map((port) => `127.0.0.1:${port}`).join(',');
}
