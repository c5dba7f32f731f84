import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';

/** How late a timer has to come for the event loop to count as having been blocked, in ms. */
export const STALL_MS = 1_000;
const CHECK_MS = 250;

/**
 * Counts how often the event loop was blocked. While it is, nothing in this process can say so, and probes run
 * into their timeouts; this tells it afterwards.
 */
@Injectable()
export class EventLoopStalls implements OnApplicationBootstrap, OnApplicationShutdown {
  /** How often it was blocked for at least {@link STALL_MS}. */
  count = 0;
  /** For how long, all of these together, in ms. */
  totalMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #expectedAt = 0;

  onApplicationBootstrap(): void {
    this.#expectedAt = performance.now() + CHECK_MS;
    this.#timer = setInterval(() => this.#check(performance.now()), CHECK_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.#timer);
  }

  #check(now: number): void {
    const lateMs = now - this.#expectedAt;
    this.#expectedAt = now + CHECK_MS;
    if (lateMs < STALL_MS) return;
    this.count++;
    this.totalMs += lateMs;
  }
}
