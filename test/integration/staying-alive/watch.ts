import { setTimeout as sleep } from 'node:timers/promises';
import { probe, type Probe } from '../health/probe.js';

/** Probes repeatedly and records when the probe was down. */
export class Watch {
  /** The reasons for being down, in order, with repetitions. */
  readonly reasons: string[] = [];
  #asked = 0;
  #over = false;
  readonly #loop: Promise<void>;

  constructor(
    private readonly url: string,
    private readonly name: Probe,
  ) {
    this.#loop = this.#keepAsking();
  }

  /** How often it has answered. */
  get asked(): number {
    return this.#asked;
  }

  async stop(): Promise<void> {
    this.#over = true;
    await this.#loop;
  }

  async #keepAsking(): Promise<void> {
    while (!this.#over) {
      const { up, reason } = await probe(this.url, this.name);
      this.#asked++;
      if (!up) this.reasons.push(reason);
      await sleep(50);
    }
  }
}
