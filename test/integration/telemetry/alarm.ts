import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fasterRules } from '../../../tools/monitoring/faster-rules.js';
import { Prometheus } from '../../../tools/monitoring/prometheus.js';
import { waitFor } from '../../support/kafka.js';

const root = join(import.meta.dirname, '../../..');

/** The durations of all alerts are divided by this. */
export const SPEED = 60;

const installed = spawnSync('bash', [join(root, 'tools/monitoring/install.sh')], { encoding: 'utf8' });

/** The folder of Prometheus; undefined if it cannot be installed. */
export const prometheusFolder = installed.status === 0 ? installed.stdout.trim() : undefined;

const running = new Set<Alarm>();

/** A Prometheus with the service's alerts, sped up, that scrapes one service each second. */
export class Alarm {
  private constructor(
    private readonly prometheus: Prometheus,
    private readonly folder: string,
  ) {}

  /** Starts it; resolves once it has scraped the service. */
  static async over(url: string): Promise<Alarm> {
    const folder = await mkdtemp(join(tmpdir(), 'alarm-'));
    const rules = join(folder, 'rules.yaml');
    await writeFile(
      rules,
      fasterRules(await readFile(join(root, 'deploy/monitoring/rules.yaml'), 'utf8'), SPEED),
    );
    const command = join(prometheusFolder ?? '', 'prometheus');
    const alarm = new Alarm(await Prometheus.start(new URL(url).host, rules, command), folder);
    running.add(alarm);
    await alarm.prometheus.until('up == 1', 30_000);
    return alarm;
  }

  /** Resolves once a series exists, for example a counter that must be 0 before it can increase. */
  async hasScraped(series: string): Promise<void> {
    await this.prometheus.until(series, 30_000);
  }

  /** Resolves once an alert is raised, by its labels. */
  async raised(alert: string): Promise<Readonly<Record<string, string>>> {
    const [first] = await this.prometheus.until(firing(alert), 120_000);
    return first?.labels ?? {};
  }

  /** Resolves once the alert is resolved. */
  async ended(alert: string): Promise<void> {
    await waitFor(async () => (await this.prometheus.query(firing(alert))).length === 0, {
      what: `the end of ${alert}`,
      timeoutMs: 60_000,
      everyMs: 250,
    });
  }

  async stop(): Promise<void> {
    await this.prometheus.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** For `afterEach`. */
export async function stopAlarms(): Promise<void> {
  await Promise.all([...running].map((alarm) => alarm.stop()));
  running.clear();
}

function firing(alert: string): string {
  return `ALERTS{alertname="${alert}",alertstate="firing"}`;
}
