import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import getPort from 'get-port';
import { type TestRecord, uniqueName, waitFor } from '../../support/kafka.js';
import { type LedgerEntry, Ledger } from '../../support/worker.js';
import { type Cluster, SPEED } from './cluster.js';
import { Kubelet } from './kubelet.js';
import type { Pod } from './pod.js';

/** Maximum time of the service after SHUTDOWN_TIMEOUT_MS; a constant of the service, so it is not divided. */
const STOP_GRACE_MS = 5_000;

/** A handler's timeout; liveness fails after twice that and a second. */
const LIMIT_MS = 2_000;

/** The answers of the three endpoints, as a line of the truth table. */
export interface Answers {
  readonly startup: number;
  readonly live: number;
  readonly ready: number;
}

/** A topic with a group for its pods, and the ledger that they write. */
export class Scene {
  readonly groupId = uniqueName('group');
  readonly #ledger = new Ledger();
  readonly #values: string[] = [];

  private constructor(
    private readonly cluster: Cluster,
    private readonly topic: string,
  ) {
    writeFileSync(this.#ledger.path, '');
  }

  static async set(cluster: Cluster): Promise<Scene> {
    return new Scene(cluster, await cluster.kafka.createTopic('kubernetes'));
  }

  async produce(values: readonly string[]): Promise<void> {
    this.#values.push(...values);
    // Each has its own key, so that a stuck one blocks no other.
    const records = this.#values.slice(-values.length).map((value): TestRecord => ({ key: value, value }));
    await this.cluster.kafka.produce(this.topic, records);
  }

  /** Lets a kubelet run a pod. */
  async run(pod: Pod): Promise<Kubelet> {
    const port = await getPort({ host: '127.0.0.1' });
    const processing = '../kubernetes/processing.mjs';
    const environment = {
      ...(await this.cluster.environment(pod, port)),
      KAFKA_GROUP_ID: this.groupId,
      REPLACEMENT_PROCESSING: processing,
      KUBERNETES_TOPIC: this.topic,
      KUBERNETES_LEDGER: this.#ledger.path,
      KUBERNETES_LIMIT_MS: String(LIMIT_MS),
    };
    const nodeArguments = ['--import', join(import.meta.dirname, '../stopping/replace-processing.mjs')];
    const graceMs = STOP_GRACE_MS + (1000 * pod.spec.terminationGracePeriodSeconds - STOP_GRACE_MS) / SPEED;
    return new Kubelet(pod, { port, environment, nodeArguments, speed: SPEED, graceMs });
  }

  /** Values in the order in which their handlers began, or ended. */
  values(event: LedgerEntry['event']): string[] {
    return this.#ledger.entries(event).map(({ value }) => value);
  }

  /** Resolves once this many handlers have started, or ended. */
  async until(event: LedgerEntry['event'], count: number): Promise<void> {
    const what = `${count} times ${event}: have ${this.values(event).join(' ')}`;
    await waitFor(() => this.values(event).length >= count, { what, everyMs: 10, timeoutMs: 30_000 });
  }

  committed(): Promise<bigint> {
    return this.cluster.kafka.committed(this.groupId, this.topic);
  }

  /** Resolves once all records are committed; returns those that no handler has handled. */
  async lostAtTheEnd(): Promise<string[]> {
    const end = BigInt(this.#values.length);
    await waitFor(async () => (await this.committed()) === end, {
      what: 'the commit of all',
      timeoutMs: 30_000,
    });
    const done = new Set(this.values('done'));
    return this.#values.filter((value) => !done.has(value));
  }
}

/** Queries all three endpoints, even those that the kubelet does not probe at this time. */
export async function answersOf(kubelet: Kubelet): Promise<Answers> {
  const status = async (probe: Parameters<Kubelet['url']>[0]): Promise<number> =>
    (await fetch(kubelet.url(probe), { headers: { connection: 'close' } })).status;
  const [startup, live, ready] = await Promise.all([
    status('startupProbe'),
    status('livenessProbe'),
    status('readinessProbe'),
  ]);
  return { startup, live, ready };
}
