/**
 * Starts the built service at a local Kafka, sends it orders, and ends once all are handled: `npm run demo`. The Kafka is
 * that of KAFKA_BROKERS, else the one at 127.0.0.1:9092, else Docker Compose starts one.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import kafkajs from 'kafkajs';

const TOPIC = 'orders';
const DEAD_LETTERS = 'orders.dlt';
const GROUP = 'my-service-demo';
const LOCAL = { host: '127.0.0.1', port: 9092 };
const LIMIT_MS = 60_000;

const brokers = process.env.KAFKA_BROKERS ?? (await localKafka());
const kafka = new kafkajs.Kafka({
  clientId: GROUP,
  brokers: brokers.split(','),
  logLevel: kafkajs.logLevel.NOTHING,
});
const admin = kafka.admin();
const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
let service;

try {
  await admin.connect();
  await admin.createTopics({ waitForLeaders: false, topics: [{ topic: TOPIC, numPartitions: 4 }] });
  await until('the topic to have leaders', async () => (await endOf(TOPIC)).length > 0);
  const deadLetters = await countIn(DEAD_LETTERS);
  service = startService();
  const sent = await sendOrders();
  await until('every order to be handled', isCaughtUp);
  const added = (await countIn(DEAD_LETTERS)) - deadLetters;
  const code = await stopService();
  console.log(`\n${sent} records sent, all of them committed by the group ${GROUP}.`);
  console.log(
    `${added} of them in ${DEAD_LETTERS}: the invalid one. The service has ended with code ${code}.`,
  );
  process.exitCode = code === 0 && added === 1 ? 0 : 1;
} catch (error) {
  console.error(`\nThe demo has failed: ${error.message}`);
  process.exitCode = 1;
} finally {
  if (service?.exitCode === null) service.kill('SIGKILL');
  await producer.disconnect();
  await admin.disconnect();
}

/** The address of a Kafka on this machine, which is started if there is none. */
async function localKafka() {
  const address = `${LOCAL.host}:${LOCAL.port}`;
  if (await isListening()) return address;
  if (spawnSync('docker', ['compose', 'version'], { stdio: 'ignore' }).status === 0) {
    console.log('Starting Kafka with Docker Compose ...');
    const started = spawnSync('docker', ['compose', 'up', '--detach', '--wait', 'kafka'], {
      stdio: 'inherit',
    });
    if (started.status === 0) return address;
  }
  console.error(
    `There is no Kafka: none listens at ${address}, and Docker Compose has not started one. ` +
      'Install Docker, or name the brokers: KAFKA_BROKERS=host:9092 npm run demo',
  );
  process.exit(1);
}

async function isListening() {
  const socket = connect(LOCAL);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

function startService() {
  const env = {
    ...process.env,
    KAFKA_BROKERS: brokers,
    KAFKA_CLIENT_ID: GROUP,
    KAFKA_GROUP_ID: GROUP,
    KAFKA_AUTO_COMMIT_INTERVAL_MS: '500',
    LOG_FORMAT: 'pretty',
    // Any free port.
    PORT: '0',
  };
  const args = ['--enable-source-maps', '--disable-warning=TimeoutNegativeWarning', 'dist/main.js'];
  return spawn(process.execPath, args, { env, stdio: 'inherit' });
}

/** Sends orders of three customers, and one order that breaks the schema; returns the number of records. */
async function sendOrders() {
  const run = Date.now().toString(36);
  const messages = Array.from({ length: 12 }, (_, index) => {
    const id = `${run}-${index + 1}`;
    const line = { sku: 'tea', quantity: index + 1, unitPrice: 4.5 };
    const placedAt = new Date().toISOString();
    const order = { id, customer: `c-${index % 3}`, currency: 'EUR', placedAt, lines: [line] };
    return { key: id, value: JSON.stringify(order) };
  });
  messages.push({ key: 'invalid', value: '{"id":"invalid"}' });
  await producer.connect();
  await producer.send({ topic: TOPIC, messages });
  return messages.length;
}

/** Whether the group has committed the end of every partition. */
async function isCaughtUp() {
  if (service.exitCode !== null) throw new Error(`the service has ended with code ${service.exitCode}`);
  const ends = await endOf(TOPIC);
  const [{ partitions }] = await admin.fetchOffsets({ groupId: GROUP, topics: [TOPIC] });
  const committed = new Map(partitions.map(({ partition, offset }) => [partition, offset]));
  return ends.every(({ partition, high }) => high === '0' || committed.get(partition) === high);
}

async function stopService() {
  const ended = once(service, 'exit');
  service.kill('SIGTERM');
  const [code, signal] = await ended;
  return code ?? signal;
}

/** The number of records that were ever written to a topic; 0 if it does not exist. */
async function countIn(topic) {
  const partitions = await endOf(topic);
  return partitions.reduce((sum, { high }) => sum + Number(high), 0);
}

/** The end of each partition of a topic; none if the topic does not exist, or not yet. */
async function endOf(topic) {
  try {
    return await admin.fetchTopicOffsets(topic);
  } catch {
    return [];
  }
}

async function until(what, isSo) {
  const deadline = Date.now() + LIMIT_MS;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`after ${LIMIT_MS / 1000} s still waiting for ${what}`);
    await delay(200);
  }
}
