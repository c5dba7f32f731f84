import type { Type } from '@nestjs/common';
import { loadConfig } from '../../config/index.js';
import { KafkaJsPort, type KafkaPort, type PartitionReader, rootCause } from '../../client/index.js';
import { describeError } from '../../pipeline/index.js';
import { DlqError } from '../errors.js';
import { findHandlers, type HandlerCatalog } from '../handler-catalog.js';
import { StderrLogger } from './stderr-logger.js';
import { DeadLetterTopics } from '../reading/dead-letter-topics.js';

/** Imports the module whose handlers count; not before a command needs it. */
export type ModuleLoader = () => Promise<Type>;

/** What a command works with. */
export interface Session {
  readonly port: KafkaPort;
  readonly reader: PartitionReader;
  readonly handlers: HandlerCatalog;
  readonly topics: DeadLetterTopics;
  /** Aborted by SIGINT or SIGTERM; a second one ends the process. */
  readonly signal: AbortSignal;
}

/**
 * Runs a command on the service's own configuration, and closes what it has opened.
 * @throws ConfigError where the environment is not sound
 * @throws DlqError where no broker answers
 */
export async function withSession<T>(
  loadModule: ModuleLoader,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  // Importing the module reads the .env file as well.
  const module = await loadModule();
  const { kafka, log } = loadConfig();
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
