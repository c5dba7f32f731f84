import { Inject, Injectable } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { SERVICE_CONFIG, type ServiceConfig } from '../config/index.js';
import type { PartitionReader } from '../client/index.js';
import { KafkaRuntime } from '../transport/index.js';
import { catalogOf, DeadLetterTopics, type HandlerCatalog } from '../replay/index.js';

/** Asks the brokers on an operator's behalf, apart from the consumers' own connections. */
@Injectable()
export class BrokerSession {
  #handlers: HandlerCatalog | undefined;

  constructor(
    private readonly runtime: KafkaRuntime,
    private readonly modules: ModulesContainer,
    @Inject(SERVICE_CONFIG) private readonly config: ServiceConfig,
  ) {}

  /** The handlers of this service. */
  get handlers(): HandlerCatalog {
    return (this.#handlers ??= catalogOf(this.modules, this.config.kafka));
  }

  /** The dead-letter and parking topics that there are now. */
  async topics(): Promise<DeadLetterTopics> {
    return new DeadLetterTopics(await this.runtime.port.topics(), this.handlers);
  }

  /** Reads, with a connection that is closed afterwards. */
  async read<T>(work: (reader: PartitionReader) => Promise<T>): Promise<T> {
    const reader = this.runtime.port.reader();
    try {
      return await work(reader);
    } finally {
      await reader.close();
    }
  }

  /** Aborted once nobody waits for an answer any more, or the service stops. */
  untilStop(gone: AbortSignal): AbortSignal {
    return AbortSignal.any([gone, this.runtime.stopping]);
  }
}
