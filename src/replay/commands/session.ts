import type { Type } from '@nestjs/common';
import { loadConfigWith } from '../../config/index.js';
import { KafkaJsPort, type KafkaPort, type PartitionReader, rootCause } from '../../client/index.js';
import { describeError } from '../../pipeline/index.js';
import { DlqError } from '../errors.js';
import { findHandlers, type HandlerCatalog } from '../handler-catalog.js';
import { StderrLogger } from './stderr-logger.js';
import { DeadLetterTopics } from '../reading/dead-letter-topics.js';

/** Imports the application module, whose handlers a command needs to know. */
export type ModuleLoader = () => Promise<Type>;

/** The parameters of a session. */
export interface SessionSource {
  readonly loadModule: ModuleLoader;
  /** The brokers of the command line; undefined for those of the configuration. */
  readonly brokers: () => string | undefined;
}

/** The resources of a command; closed after the command. */
export interface Session {
  readonly port: KafkaPort;
  readonly reader: PartitionReader;
  readonly handlers: HandlerCatalog;
  readonly topics: DeadLetterTopics;
  /** Aborted by SIGINT or SIGTERM; a second signal exits immediately. */
  readonly signal: AbortSignal;
}

/**
 * Runs a command with the service's own configuration and handlers.
 * @throws ConfigError if the environment is invalid
 * @throws DlqError if no broker answers
 */
export async function withSession<T>(
  { loadModule, brokers }: SessionSource,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  // Importing the module also reads the .env file.
  const module = await loadModule();
  const named = brokers();
  const { kafka, log } = loadConfigWith(named === undefined ? {} : { KAFKA_BROKERS: named });
  const handlers = await findHandlers(module, kafka, new StderrLogger(log.level));
  const port = new KafkaJsPort(kafka);
  const existing = await port.topics().catch((error: unknown) => {
    throw new DlqError(
      `no broker at ${kafka.brokers.join(', ')} answers: ${describeError(rootCause(error))}`,
      {
        cause: error,
      },
    );
  });
  const reader = port.reader();
  const interrupted = new AbortController();
  const interrupt = (): void => {
    if (interrupted.signal.aborted) process.exit(130);
    interrupted.abort();
  };
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, interrupt);
  try {
    const topics = new DeadLetterTopics(existing, handlers);
    return await work({ port, reader, handlers, topics, signal: interrupted.signal });
  } finally {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, interrupt);
    await reader.close();
    port.close();
  }
}
