/** One node of the cluster: broker and controller in one process. */
export interface Node {
  readonly nodeId: number;
  readonly port: number;
  readonly controllerPort: number;
  /** Port of the listener with TLS or SASL, if requested. */
  readonly securePort?: number;
  /** Further listeners without TLS and SASL, each behind a proxy. */
  readonly proxied?: readonly ProxiedListener[];
}

/** A broker's listener that clients reach through a proxy, for which a port is left free. */
export interface ProxiedListener {
  /** The listener's name. */
  readonly name: string;
  readonly nodeId: number;
  /** The port on which the broker listens; the proxy forwards to it. */
  readonly listenPort: number;
  /** The port that the broker advertises to clients; the proxy listens on it. */
  readonly advertisedPort: number;
}

/** The user of the secure listener, for PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** A PKCS#12 file with the broker's key. */
export interface Keystore {
  readonly file: string;
  readonly password: string;
}

export interface ServerOptions {
  readonly nodes: readonly Node[];
  readonly sasl?: Credentials;
  readonly keystore?: Keystore;
  /** These override all other properties. */
  readonly properties?: Readonly<Record<string, string | number | boolean>>;
}

/** The content of a node's server.properties. */
export function serverProperties(node: Node, dataDir: string, options: ServerOptions): string {
  const properties = {
    ...identity(node, options.nodes),
    'log.dirs': dataDir,
    ...listeners(node, options),
    ...replication(options.nodes.length),
    ...quickStart,
    ...(node.proxied && behindProxies),
    ...options.properties,
  };
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

function identity(node: Node, nodes: readonly Node[]): Record<string, string | number> {
  return {
    'process.roles': 'broker,controller',
    'node.id': node.nodeId,
    'broker.rack': `rack-${node.nodeId}`,
    'controller.quorum.voters': nodes.map((n) => `${n.nodeId}@127.0.0.1:${n.controllerPort}`).join(','),
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
  };
}

function listeners(node: Node, { sasl, keystore }: ServerOptions): Record<string, string> {
  const secure = node.securePort === undefined ? [] : [`SECURE://127.0.0.1:${node.securePort}`];
  const open = [`PLAINTEXT://127.0.0.1:${node.port}`, ...secure];
  const { proxied = [] } = node;
  const listening = proxied.map(({ name, listenPort }) => `${name}://127.0.0.1:${listenPort}`);
  const advertised = proxied.map(({ name, advertisedPort }) => `${name}://127.0.0.1:${advertisedPort}`);
  return {
    listeners: [...open, ...listening, `CONTROLLER://127.0.0.1:${node.controllerPort}`].join(','),
    'advertised.listeners': [...open, ...advertised].join(','),
    'listener.security.protocol.map': [
      'PLAINTEXT:PLAINTEXT',
      'CONTROLLER:PLAINTEXT',
      `SECURE:${secureProtocol(sasl, keystore)}`,
      ...proxied.map(({ name }) => `${name}:PLAINTEXT`),
    ].join(','),
    ...(sasl && saslProperties(sasl)),
    ...(keystore && {
      'listener.name.secure.ssl.keystore.type': 'PKCS12',
      'listener.name.secure.ssl.keystore.location': keystore.file,
      'listener.name.secure.ssl.keystore.password': keystore.password,
    }),
  };
}

function secureProtocol(sasl: Credentials | undefined, keystore: Keystore | undefined): string {
  if (sasl) return keystore ? 'SASL_SSL' : 'SASL_PLAINTEXT';
  return 'SSL';
}

function saslProperties({ username, password }: Credentials): Record<string, string> {
  const security = 'org.apache.kafka.common.security';
  const scram = `${security}.scram.ScramLoginModule required;`;
  return {
    'listener.name.secure.sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    'listener.name.secure.plain.sasl.jaas.config': `${security}.plain.PlainLoginModule required user_${username}="${password}";`,
    'listener.name.secure.scram-sha-256.sasl.jaas.config': scram,
    'listener.name.secure.scram-sha-512.sasl.jaas.config': scram,
  };
}

function replication(brokers: number): Record<string, number> {
  const factor = Math.min(brokers, 3);
  const inSync = factor === 3 ? 2 : 1;
  return {
    'offsets.topic.replication.factor': factor,
    'transaction.state.log.replication.factor': factor,
    'transaction.state.log.min.isr': inSync,
    'share.coordinator.state.topic.replication.factor': factor,
    'share.coordinator.state.topic.min.isr': inSync,
    'default.replication.factor': factor,
    'min.insync.replicas': inSync,
  };
}

const quickStart = {
  'auto.create.topics.enable': false,
  // By default the first member of a group waits three seconds for others.
  'group.initial.rebalance.delay.ms': 0,
  // The default of 50 partitions means 50 folders to create when the first group appears.
  'offsets.topic.num.partitions': 5,
  'transaction.state.log.num.partitions': 5,
  'share.coordinator.state.topic.num.partitions': 5,
};

const behindProxies = {
  // With the default of 50, the queue of a suspended broker fills up with abandoned connections of the proxy, and new ones
  // have to wait long after the broker resumes.
  'socket.listen.backlog.size': 1_000,
};
