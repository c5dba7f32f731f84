import { cli, run, wholeNumber } from '../cli.js';
import { chooseBrokers, withBrokersOption } from '../kafka/brokers-option.js';
import { kafkaClient } from '../kafka/client.js';
import { messageOf, ToolError } from '../tool-error.js';
import { batchesOf, type OutgoingRecord } from './batches.js';
import { keyOf } from './key.js';
import { linesOf } from './lines.js';
import { progress } from './progress.js';
import { openSender } from './sender.js';
import { requireTopic } from './topic.js';

interface Options {
  brokers?: string;
  keyField?: string;
  create?: true;
  partitions?: number;
}

await run(async () => {
  const program = withBrokersOption(
    cli('produce', 'Sends each line of the standard input to a topic as the value of a record.'),
  )
    .argument('<topic>')
    .option('--key-field <name>', 'lines are JSON objects, and this field is the key')
    .option('--create', 'create the topic if it does not exist')
    .option('--partitions <number>', 'number of partitions to create it with', wholeNumber(1, 10_000))
    .parse();
  const { keyField, ...options } = program.opts<Options>();
  const topic = program.args[0] ?? '';
  const brokers = chooseBrokers(options.brokers);
  if (options.partitions !== undefined && !options.create) {
    program.error('error: --partitions requires --create.');
  }

  const kafka = kafkaClient(brokers);
  await requireTopic(kafka, brokers, topic, options.create && (options.partitions ?? 1));
  const sender = await openSender(kafka, topic);
  const shown = progress(topic);
  let sent = 0;
  try {
    for await (const batch of batchesOf(records(keyField))) {
      await sender.send(batch);
      sent += batch.length;
      shown.update(sent);
    }
  } catch (error) {
    shown.end();
    const before = sent === 0 ? 'Nothing was sent.' : `Lines 1 to ${sent} were sent.`;
    throw new ToolError('INCOMPLETE', `${messageOf(error)}\n${before}`, {
      cause: error,
    });
  } finally {
    await sender.close();
  }
  shown.end();
  console.log(`Sent ${sent} ${sent === 1 ? 'record' : 'records'} to ${topic} at ${brokers}.`);
  return 0;
});

async function* records(keyField: string | undefined): AsyncGenerator<OutgoingRecord> {
  let lineNumber = 0;
  for await (const value of linesOf(process.stdin)) {
    lineNumber += 1;
    const key = keyField === undefined ? null : keyOf(value, keyField, lineNumber);
    yield { key, value, lineNumber };
  }
}
