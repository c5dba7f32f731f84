import getPort from 'get-port';
import { terminalLines } from '../../src/text/terminal-safe.js';
import { cli, run } from '../cli.js';
import { kafkaClient, openKafka, type OpenKafka } from '../kafka/index.js';
import { fromCaller } from '../project.js';
import { stayAlive, stopRequest } from '../stop-request.js';
import { deadOrders } from './dead-letters.js';
import { environmentFor, groupFor } from './environment.js';
import { chooseInput, requireFile, watchStandardInput } from './input.js';
import type { LogLine } from './log-line.js';
import { Received } from './received.js';
import { sendLines, sendOrders } from './send.js';
import { DemoService } from './service.js';
import { type Settled, waitUntilSettled } from './settle.js';
import { positionTable } from './table.js';
import { createTopics, ordersTopic } from './topics.js';

const readyMs = 60_000;
const patienceMs = 60_000;
/** Must exceed the service's own SHUTDOWN_TIMEOUT_MS. */
const stopMs = 40_000;

interface Options {
  readonly brokers?: string;
  readonly exit?: true;
  readonly file?: string;
}

let kafka: OpenKafka | undefined;
let service: DemoService | undefined;

await run(async () => {
  const stop = stopRequest();
  const program = cli(
    'demo',
    'Shows the running service on a Kafka of its own, or on that of --brokers or KAFKA_BROKERS.',
  )
    .option(
      '--brokers <list>',
      'host:port, several separated by commas; default: KAFKA_BROKERS, else a new Kafka',
    )
    .option('--exit', 'end when everything was received and committed; exit code 1 if it was not')
    .option(
      '--file <lines>',
      'send the lines of this file instead of the standard input or the built-in ones',
    )
    .parse();
  const { brokers, exit = false, file } = program.opts<Options>();
  if (file !== undefined) await requireFile(fromCaller(file), file);
  try {
    const outcome = await stayAlive(Promise.race([demonstrate(file, brokers), stop]));
    if (typeof outcome === 'string') return 130;
    const failed = outcome.problems.length > 0;
    if (!exit) console.log('\nCtrl-C to stop.');
    const asked = exit || (await stayAlive(ending(stop)));
    const stopped = await stopService();
    return asked && stopped && !failed ? 0 : 1;
  } finally {
    await stopService();
    await kafka?.stop();
  }
});

async function demonstrate(file: string | undefined, brokers: string | undefined): Promise<Settled> {
  const stdin = watchStandardInput();
  const received = new Received();

  console.log('Starting Kafka ...');
  kafka = await openKafka(brokers === undefined ? {} : { bootstrap: brokers });
  console.log(`Kafka: ${kafka.bootstrap} (${kafka.origin})`);
  const client = kafkaClient(kafka.bootstrap);
  await createTopics(client);

  console.log('Starting the service ...');
  const group = groupFor(kafka);
  const port = await getPort();
  service = await DemoService.start(port, environmentFor(kafka, group, port), (line) => show(line, received));
  await service.ready(readyMs);

  const input = await chooseInput(file, stdin);
  console.log(`Sending the lines of ${input.name} to each tutorial topic ...\n`);
  const [lines, orders] = await Promise.all([sendLines(client, input), sendOrders(client)]);
  const settled = await waitUntilSettled(client, group, received, lines, patienceMs);
  report(settled, group, lines, orders);
  reportDeadLetters(await deadOrders(client), kafka.bootstrap, group);
  return settled;
}

function show({ text: logged, topic, received: isReceived, alarming }: LogLine, received: Received): void {
  const text = terminalLines(logged);
  if (isReceived) received.add(topic);
  if (isReceived) console.log(topic === undefined ? text : `${text}  (${topic})`);
  else if (alarming) console.error(text);
}

function report({ positions, problems }: Settled, group: string, lines: number, orders: number): void {
  console.log(`\nGroup ${group}, after ${lines} lines for each tutorial topic and ${orders} orders:`);
  console.log(positionTable(positions));
  for (const problem of problems) console.error(`Failed: ${problem}.`);
  if (problems.length === 0) console.log('Everything that was sent was received and committed.');
  const url = service?.url ?? '';
  console.log(
    ['/health', '/health/live', '/health/ready', '/health/startup'].map((at) => `${url}${at}`).join('\n'),
  );
}

function reportDeadLetters(letters: number, bootstrap: string, group: string): void {
  if (letters === 0) return;
  console.log(
    `Two of the orders are invalid on purpose: ${letters} dead letters in ${ordersTopic}.dlt. While this runs:\n` +
      `  KAFKA_GROUP_ID=${group} npm run dlq -- list --records --brokers ${bootstrap}`,
  );
}

/** Resolves with true if asked to stop, with false if Kafka or the service ended by itself. */
async function ending(stop: Promise<string>): Promise<boolean> {
  const never = new Promise<never>(() => undefined);
  const reason = await Promise.race([stop, kafka?.ended ?? never, service?.ended ?? never]);
  if (typeof reason === 'string') return true;
  console.error(reason instanceof Error ? reason.message : `The service ended with exit code ${reason}.`);
  return false;
}

/** Resolves with whether the service stopped cleanly. */
async function stopService(): Promise<boolean> {
  const running = service;
  service = undefined;
  if (!running) return true;
  const code = await running.stop(stopMs);
  if (code === 0) console.log('The service has stopped.');
  else console.error(`Failed: the service stopped with exit code ${code}.`);
  return code === 0;
}
