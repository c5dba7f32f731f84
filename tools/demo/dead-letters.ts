import { Logger } from '@nestjs/common';
import { KafkaJsPort } from '../../src/client/index.js';
import { loadConfig } from '../../src/config/index.js';
import { selectDeadLetters } from '../../src/replay/index.js';
import { deadLetterTopicOf } from '../../src/redelivery/index.js';
import { nameOf, type Transfer } from './transfers.js';

/** A transfer that could not be handled. */
export interface DeadTransfer {
  readonly transfer: string;
  readonly reason: string;
  readonly message: string;
  readonly attempts: number;
}

/** Reads the dead-letter topic of the transfers. @param env the environment of a worker */
export async function deadTransfers(topic: string, env: NodeJS.ProcessEnv): Promise<DeadTransfer[]> {
  Logger.overrideLogger(false);
  const port = new KafkaJsPort(loadConfig(env).kafka);
  const reader = port.reader();
  const found: DeadTransfer[] = [];
  try {
    const deadLetterTopic = deadLetterTopicOf(topic);
    if (!(await port.topics()).includes(deadLetterTopic)) return [];
    const search = { reader, signal: new AbortController().signal };
    const selected = [{ topic: deadLetterTopic, originalTopic: topic }];
    for await (const { deadLetter } of selectDeadLetters(search, selected, {})) {
      const { value, reason, message = '', attempts = 1 } = deadLetter;
      const transfer = JSON.parse(String(value)) as Transfer;
      found.push({ transfer: nameOf(transfer), reason, message, attempts });
    }
    return found;
  } finally {
    await reader.close();
    port.close();
  }
}
