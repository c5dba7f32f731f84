/** Plain kafkajs with `each-message` or `each-batch` and its autocommit. */
import { promisify } from 'node:util';
import { zstdDecompress } from 'node:zlib';
import kafkajs from 'kafkajs';
import { Meter, readJob } from './meter.mjs';

const { CompressionCodecs, CompressionTypes, Kafka, logLevel } = kafkajs;
const decompress = promisify(zstdDecompress);
CompressionCodecs[CompressionTypes.ZSTD] = () => ({ decompress: (buffer) => decompress(buffer) });

const job = readJob();
const { bootstrap, groupId, topics, mode } = job;
const meter = new Meter(job);

const ways = {
  'each-message': {
    eachMessage: async ({ message }) => {
      JSON.parse(message.value.toString());
      meter.handled();
    },
  },
  'each-batch': {
    eachBatch: async ({ batch }) => {
      for (const { value } of batch.messages) {
        JSON.parse(value.toString());
        meter.handled();
      }
    },
  },
};

const kafka = new Kafka({ clientId: 'bench', brokers: bootstrap.split(','), logLevel: logLevel.ERROR });
const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100 });
await consumer.connect();
await consumer.subscribe({ topics, fromBeginning: true });
await consumer.run(ways[mode]);
