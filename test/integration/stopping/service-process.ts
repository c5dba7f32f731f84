import { join } from 'node:path';
import { MainProcess } from '../../support/main-process.js';
import type { Ledger } from '../../support/worker.js';

export interface ProcessOptions {
  readonly topic: string;
  readonly groupId: string;
  readonly ledger?: Ledger;
  /** The file with the handlers, relative to this folder; default: processing.mjs. */
  readonly processing?: string;
  readonly delayMs?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** A service with one handler of the test. */
export class ServiceProcess extends MainProcess {
  constructor({ topic, groupId, ledger, processing, delayMs = 0, env = {} }: ProcessOptions) {
    super({
      preload: join(import.meta.dirname, 'replace-processing.mjs'),
      env: {
        KAFKA_GROUP_ID: groupId,
        // Only the shutdown itself can cause a commit.
        KAFKA_AUTO_COMMIT_INTERVAL_MS: '600000',
        STOPPING_TOPIC: topic,
        ...(ledger && { STOPPING_LEDGER: ledger.path }),
        ...(processing !== undefined && { REPLACEMENT_PROCESSING: processing }),
        STOPPING_DELAY_MS: String(delayMs),
        ...env,
      },
    });
  }

  /** The status of a probe, and its body. */
  async probe(name: 'live' | 'ready' | 'startup'): Promise<{ status: number; body: string }> {
    const response = await fetch(`${await this.url()}/health/${name}`);
    return { status: response.status, body: await response.text() };
  }
}
