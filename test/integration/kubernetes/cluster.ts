import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OwnKafka } from '../staying-alive/own-kafka.js';
import type { Pod } from './pod.js';

/** Periods and timeouts of the manifests are divided by this, so that a minute takes six seconds. */
export const SPEED = 10;

/** The environment of the production manifests, with defaults. */
const DIVIDED = {
  KAFKA_SESSION_TIMEOUT_MS: 30_000,
  KAFKA_HEARTBEAT_INTERVAL_MS: 3_000,
  KAFKA_REBALANCE_TIMEOUT_MS: 60_000,
  KAFKA_STUCK_AFTER_MS: 60_000,
  KAFKA_AUTO_COMMIT_INTERVAL_MS: 5_000,
  SHUTDOWN_TIMEOUT_MS: 25_000,
} as const;

const user = { username: 'service', password: 'correct horse' };

/** Brokers with SASL over TLS, and the Secret with the credentials. */
export class Cluster {
  private constructor(
    readonly kafka: OwnKafka,
    private readonly secrets: string,
  ) {}

  static async start(): Promise<Cluster> {
    const [kafka, secrets] = await Promise.all([
      OwnKafka.start({ sasl: user, tls: true }),
      mkdtemp(join(tmpdir(), 'secrets-')),
    ]);
    await writeFile(join(secrets, 'username'), user.username);
    await writeFile(join(secrets, 'password'), user.password);
    const authority = kafka.cluster.secure?.caFile;
    if (authority === undefined) throw new Error('the cluster has no authority');
    await copyFile(authority, join(secrets, 'ca.crt'));
    return new Cluster(kafka, secrets);
  }

  async stop(): Promise<void> {
    await this.kafka.stop();
    await rm(this.secrets, { recursive: true, force: true });
  }

  /** The environment of a pod in this cluster: that of production with other names, addresses and times. */
  async environment(pod: Pod, port: number): Promise<Record<string, string>> {
    const { environment } = pod;
    const mounts = pod.container.volumeMounts.map(({ mountPath }) => mountPath);
    const moved = Object.entries(environment).map(([name, value]) => {
      const mount = mounts.find((path) => value.startsWith(`${path}/`));
      return [name, mount === undefined ? value : join(this.secrets, value.slice(mount.length))] as const;
    });
    const divided = Object.entries(DIVIDED).map(
      ([name, ms]) => [name, String(Number(environment[name] ?? ms) / SPEED)] as const,
    );
    return {
      ...ADDED,
      ...Object.fromEntries([...moved, ...divided]),
      PORT: String(port),
      KAFKA_BROKERS: this.kafka.cluster.secure?.bootstrap ?? '',
    };
  }
}

/** The variables that a kubelet adds, with those of a Service named kafka if service links are enabled. */
const ADDED = {
  KUBERNETES_SERVICE_HOST: '10.96.0.1',
  KUBERNETES_PORT: 'tcp://10.96.0.1:443',
  KAFKA_SERVICE_HOST: '10.96.0.2',
  KAFKA_PORT: 'tcp://10.96.0.2:9092',
} as const;
