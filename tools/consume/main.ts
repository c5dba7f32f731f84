import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { InvalidArgumentError } from 'commander';
import { KafkaJsPort, rootCause } from '../../src/client/index.js';
import { loadConfigWith } from '../../src/config/index.js';
import { toOffset } from '../../src/pipeline/index.js';
import { cli, run, wholeNumber } from '../cli.js';
import { chooseBrokers, withBrokersOption } from '../kafka/brokers-option.js';
import { stopRequest } from '../stop-request.js';
import { messageOf, ToolError } from '../tool-error.js';
import { formatJson, formatRecord } from './format.js';
import { type From, readTopic } from './read-topic.js';

const POLL_MS = 500;

interface Options {
  readonly brokers?: string;
  readonly partition?: number;
  readonly from: From;
  readonly limit?: number;
  readonly follow?: true;
  readonly json?: true;
}

await run(async () => {
  const stop = stopRequest();
  const program = withBrokersOption(
    cli('consume', 'Prints the records of a topic with key, headers and value. Joins no consumer group.'),
  )
    .argument('<topic>')
    .option('--from <position>', 'earliest, latest or an offset', position, 'earliest')
    .option('--partition <number>', 'only this partition', wholeNumber(0, 2_147_483_647))
    .option('--limit <number>', 'maximum number of records', wholeNumber(1, Number.MAX_SAFE_INTEGER))
    .option('--follow', 'wait for new records at the end of the topic, until Ctrl-C')
    .option('--json', 'print one JSON object per line')
    .parse();
  const options = program.opts<Options>();
  await print(program.args[0] ?? '', options, stop);
  return 0;
});

async function print(topic: string, options: Options, stop: Promise<string>): Promise<void> {
  // A reader of the output, such as head, may end first.
  process.stdout.once('error', () => process.exit(0));
  Logger.overrideLogger(false);
  const brokers = chooseBrokers(options.brokers);
  const { from, partition, limit = Infinity, follow = false, json = false } = options;
  let isStopped = false;
  void stop.then(() => (isStopped = true));
  const more = (): Promise<boolean> =>
    follow ? Promise.race([stop.then(() => false), delay(POLL_MS).then(() => true)]) : Promise.resolve(false);
  const port = new KafkaJsPort(configFor(brokers).kafka);
  const reader = port.reader();
  try {
    let printed = 0;
    for await (const each of readTopic(reader, { topic, partition, from }, more)) {
      console.log(json ? formatJson(each) : formatRecord(each));
      printed += 1;
      if (isStopped || printed >= limit) break;
    }
  } catch (error) {
    throw explained(error, topic, brokers);
  } finally {
    await reader.close();
    port.close();
  }
}

/** The service's own configuration, with its TLS and SASL settings. */
function configFor(brokers: string): ReturnType<typeof loadConfigWith> {
  try {
    return loadConfigWith({ KAFKA_BROKERS: brokers });
  } catch (error) {
    throw new ToolError('BAD_CONFIG', messageOf(error), { cause: error });
  }
}

function explained(error: unknown, topic: string, brokers: string): ToolError {
  if (error instanceof ToolError) return error;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'UNKNOWN_TOPIC')
    return new ToolError('NO_TOPIC', `Topic ${topic} does not exist at ${brokers}.`, { cause: error });
  return new ToolError('NO_KAFKA', `Kafka at ${brokers}: ${messageOf(rootCause(error))}`, { cause: error });
}

function position(text: string): From {
  if (text === 'earliest' || text === 'latest') return text;
  if (/^(0|[1-9]\d{0,18})$/.test(text)) return toOffset(text);
  throw new InvalidArgumentError('It must be earliest, latest or an offset.');
}
