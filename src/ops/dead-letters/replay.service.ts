import { ConflictException, Injectable, type OnModuleDestroy } from '@nestjs/common';
import type { z } from 'zod';
import { KafkaRuntime } from '../../transport/index.js';
import {
  DryRun,
  type DryRunReport,
  RateLimiter,
  Replay,
  ReplayPlanner,
  type ReplayReport,
} from '../../replay/index.js';
import { BrokerSession } from '../broker-session.js';
import type { ReplayRequest } from './dead-letters.schemas.js';

/** The result of a replay or dry run. There are no samples, since those show what a transform changed. */
export type ReplayOutcome = Omit<DryRunReport, 'samples'> | ReplayReport;

/** Replays dead letters, one request at a time: concurrent replays would fence each other. */
@Injectable()
export class ReplayService implements OnModuleDestroy {
  #running: Promise<unknown> | undefined;

  constructor(
    private readonly brokers: BrokerSession,
    private readonly runtime: KafkaRuntime,
  ) {}

  /** Waits for the transaction in progress; the shutdown has already cancelled the rest. */
  async onModuleDestroy(): Promise<void> {
    await this.#running?.catch(() => undefined);
  }

  /**
   * Replays dead letters, or reports what a replay would do. Ends early, after the transaction in progress, if the
   * caller disconnects or the service stops.
   * @throws ConflictException while another replay runs in this process; FencedError if one runs in another process
   */
  async run(request: z.infer<typeof ReplayRequest>, gone: AbortSignal): Promise<ReplayOutcome> {
    if (this.#running)
      throw new ConflictException('another replay is running in this process; wait until it has finished');
    const work = this.#run(request, this.brokers.untilStop(gone));
    this.#running = work;
    try {
      return await work;
    } finally {
      this.#running = undefined;
    }
  }

  async #run(request: z.infer<typeof ReplayRequest>, signal: AbortSignal): Promise<ReplayOutcome> {
    const { reason, key, since, limit, maxReplays, dryRun } = request;
    const { topic, originalTopic } = (await this.brokers.topics()).one(request.topic);
    const filter = { originalTopic, reason, key, since: since && Date.now() - since };
    const progressed = (): void => undefined;
    return this.brokers.read(async (reader) => {
      const planner = new ReplayPlanner(reader, {
        filter,
        to: undefined,
        maxReplays,
        transform: undefined,
        mayReplayTo: (original, group) => this.brokers.handlers.handles(original, group),
      });
      if (dryRun) {
        const options = { limit, signal, payload: false, progressed };
        const { samples: _, ...report } = await new DryRun(
          reader,
          planner,
          this.brokers.handlers,
          options,
        ).run(topic);
        return report;
      }
      const producer = this.runtime.port.transactional(`dlq-replay-${topic}`);
      try {
        const options = { limit, signal, rateLimiter: new RateLimiter(undefined), progressed };
        return await new Replay(reader, producer, planner, options).run(topic);
      } finally {
        await producer.disconnect();
      }
    });
  }
}
