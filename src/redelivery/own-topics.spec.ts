import { describe, expect, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import {
  type EnsuredTopic,
  RecordTooLargeError,
  type TopicProblem,
  type TopicSpec,
} from '../client/index.js';
import { deadLetterTopic } from './own-topic-specs.js';
import { LimitRaisedError, OwnTopics, UnsafeTopicError } from './own-topics.js';

const SPEC = deadLetterTopic('orders', 'orders.dlt', false);
const SAFE: EnsuredTopic = { partitions: 3, problems: [], corrected: [] };
const RAISED: EnsuredTopic = { ...SAFE, corrected: ['max.message.bytes=2000000 (was 1000000)'] };
const COMPACTED: TopicProblem = {
  topic: 'orders.dlt',
  setting: 'cleanup.policy',
  value: 'compact',
  wanted: 'delete',
  otherwise: 'dead letters delete each other',
  isVital: true,
  refused: 'TOPIC_AUTHORIZATION_FAILED',
};

/** Topics of a broker that gives these answers in order, and then repeats the last. */
function topicsThatAre(...answers: EnsuredTopic[]): { topics: OwnTopics; asked: () => number } {
  let asked = 0;
  const ensureTopic = (_spec: TopicSpec): Promise<EnsuredTopic> => {
    const answer = answers[Math.min(asked++, answers.length - 1)];
    return answer ? Promise.resolve(answer) : Promise.reject(new Error('no answer'));
  };
  return { topics: new OwnTopics({ ensureTopic }), asked: () => asked };
}

const succeeds = (): Promise<void> => Promise.resolve();

describe('writes to the service’s own topics', () => {
  test('a record is written without a further check to a topic that was found safe', async () => {
    const { topics, asked } = topicsThatAre(SAFE);
    const partitions: number[] = [];
    const write = (): Promise<void> =>
      topics.write(SPEC, (count) => Promise.resolve(void partitions.push(count)));
    await write();
    await write();
    expect([partitions, asked()]).toEqual([[3, 3], 1]);
  });

  test('a record is not written to a topic that would not keep it, until the topic is corrected', async () => {
    const { topics } = topicsThatAre({ ...SAFE, problems: [COMPACTED] }, SAFE);
    let written = 0;
    const write = (): Promise<void> => topics.write(SPEC, () => Promise.resolve(void written++));
    await expect(write()).rejects.toThrow(UnsafeTopicError);
    expect([written, topics.problems]).toEqual([0, [COMPACTED]]);
    await write();
    expect([written, topics.problems]).toEqual([1, []]);
  });

  test('the error of an unsafe topic says what would be lost, and the command that corrects it', async () => {
    const { topics } = topicsThatAre({ ...SAFE, problems: [COMPACTED] });
    await expect(topics.write(SPEC, succeeds)).rejects.toThrow(
      'nothing is written to orders.dlt: cleanup.policy is compact: dead letters delete each other (not corrected: ' +
        'TOPIC_AUTHORIZATION_FAILED). Set it: kafka-configs --alter --entity-type topics --entity-name ' +
        "'orders.dlt' --add-config cleanup.policy=delete",
    );
  });

  test('a record is written despite a wrong setting that loses nothing', async () => {
    const limit = { ...COMPACTED, setting: 'max.message.bytes', isVital: false };
    const { topics } = topicsThatAre({ ...SAFE, problems: [limit] });
    await topics.write(SPEC, succeeds);
    expect(topics.problems).toEqual([limit]);
  });

  test('a record that is too large is written again once the limit of the topic is raised', async () => {
    const { topics } = topicsThatAre(SAFE, RAISED);
    let tries = 0;
    // The broker applies the new limit a little later.
    await topics.write(SPEC, () => {
      tries++;
      return tries < 3 ? Promise.reject(new RecordTooLargeError('orders.dlt')) : Promise.resolve();
    });
    expect(tries).toBe(3);
  });

  test('a record is not reported as too large while a raised limit is not in effect', async () => {
    const { topics } = topicsThatAre(SAFE, RAISED, SAFE);
    const write = (): Promise<void> =>
      topics.write(SPEC, () => Promise.reject(new RecordTooLargeError('orders.dlt')));
    await expect(write()).rejects.toThrow(LimitRaisedError);
    await expect(write()).rejects.toThrow(RecordTooLargeError);
  }, 20_000);

  test('a record is reported as too large if the limit was not raised', async () => {
    const { topics } = topicsThatAre(SAFE);
    let tries = 0;
    const written = topics.write(SPEC, () => {
      tries++;
      return Promise.reject(new RecordTooLargeError('orders.dlt'));
    });
    await expect(written).rejects.toThrow(RecordTooLargeError);
    expect(tries).toBe(1);
  });

  test('a topic is checked again after a failed write', async () => {
    const { topics, asked } = topicsThatAre(SAFE);
    await expect(topics.write(SPEC, () => Promise.reject(new Error('no leader')))).rejects.toThrow(
      'no leader',
    );
    await topics.write(SPEC, succeeds);
    expect(asked()).toBe(2);
  });
});

describe('a dead-letter topic', () => {
  const isCorrected = (spec: TopicSpec): boolean | undefined => spec.isOwn;

  test('a dead-letter topic is corrected if it is the default one, and only reported if a handler names it', () => {
    expect([SPEC, deadLetterTopic('orders', 'graveyard', true)].map(isCorrected)).toEqual([true, false]);
  });

  test('a dead-letter topic may have a limited retention, which is reported, and must not be compacted', () => {
    const settings = new Map(SPEC.settings?.map((setting) => [setting.name, setting]));
    expect(settings.get('retention.ms')).toMatchObject({ value: '-1', isVital: false, isCorrected: false });
    expect(settings.get('cleanup.policy')).toMatchObject({
      value: 'delete',
      isVital: true,
      isCorrected: true,
    });
    expect(settings.get('cleanup.policy')?.accepts('compact,delete')).toBe(false);
  });
});

test('the problems of a topic are forgotten once there are problems of very many others', async () => {
  const ensureTopic = ({ topic }: TopicSpec): Promise<EnsuredTopic> =>
    Promise.resolve({ ...SAFE, problems: [{ ...COMPACTED, topic }] });
  const topics = new OwnTopics({ ensureTopic });
  Logger.overrideLogger(false);
  for (let count = 0; count < 1_500; count++) {
    await topics.ensure(deadLetterTopic(`orders.${count}`, `orders.${count}.dlt`, false));
  }
  expect(topics.problems).toHaveLength(1_000);
  expect(topics.problems.at(-1)?.topic).toBe('orders.1499.dlt');
});
