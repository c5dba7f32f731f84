import { Inject, Injectable } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { KAFKA_CONFIG, type KafkaModuleConfig } from '../config/index.js';
import type { PartitionReader } from '../client/index.js';
import { KafkaRuntime } from '../transport/index.js';
import { catalogOf, DeadLetterTopics, type HandlerCatalog } from '../replay/index.js';

/** Reads from the brokers for an operator, with connections separate from those of the consumers. */
@Injectable()
export class BrokerSession {
  #handlers: HandlerCatalog | undefined;

  constructor(
    private readonly runtime: KafkaRuntime,
    private readonly modules: ModulesContainer,
    @Inject(KAFKA_CONFIG) private readonly config: KafkaModuleConfig,
  ) {}

  /** The handlers of this service. */
  get handlers(): HandlerCatalog {
    return (this.#handlers ??= catalogOf(this.modules, this.config.kafka));
  }

  /** The dead-letter and parking topics that exist now. */
  async topics(): Promise<DeadLetterTopics> {
    return new DeadLetterTopics(await this.runtime.port.topics(), this.handlers);
  }

  /** Runs work with a reader whose connections are closed afterwards. */
  async read<T>(work: (reader: PartitionReader) => Promise<T>): Promise<T> {
    const reader = this.runtime.port.reader();
    try {
      return await work(reader);
    } finally {
      await reader.close();
    }
  }

  /** A signal that is aborted when the caller disconnects or the service stops. */
  untilStop(gone: AbortSignal): AbortSignal {
    return AbortSignal.any([gone, this.runtime.stopping]);
  }
}
