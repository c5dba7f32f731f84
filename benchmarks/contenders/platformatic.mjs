/** The stream of @platformatic/kafka, with its autocommit. */
import { Consumer } from '@platformatic/kafka';
import { Meter, readJob } from './meter.mjs';

const job = readJob();
const { bootstrap, groupId, topics } = job;
const meter = new Meter(job);

const consumer = new Consumer({
  groupId,
  clientId: 'bench',
  bootstrapBrokers: bootstrap.split(','),
  maxWaitTime: 100,
  // Like the others. With its default of 50 MB it would decode most of the topic before the measurement starts.
  maxBytes: 10_485_760,
  maxBytesPerPartition: 1_048_576,
  highWaterMark: 4096,
});
const stream = await consumer.consume({ topics, mode: 'earliest', autocommit: true });
stream.on('data', ({ value }) => {
  JSON.parse(value.toString());
  meter.handled();
});
