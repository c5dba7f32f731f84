import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';

/** Delay of a timer, in ms, from which the event loop counts as blocked. */
export const STALL_MS = 1_000;
const CHECK_MS = 250;

/**
 * Counts how often the event loop was blocked. While it is blocked the process can report nothing and probes time out,
 * so this metric shows it afterwards.
 */
@Injectable()
export class EventLoopStalls implements OnApplicationBootstrap, OnApplicationShutdown {
  /** Number of times it was blocked for at least {@link STALL_MS}. */
  count = 0;
  /** Total duration of these stalls, in ms. */
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
