import { expect, test } from '@jest/globals';
import { Scene } from '../../pipeline/testing/scene.js';
import { groupSnapshot, StatusRecorder } from '../../transport/index.js';
import { State } from './state.schema.js';

test('the documented answer has exactly the fields of a snapshot, with an oldest, a stuck and a waiting record', async () => {
  const scene = new Scene('ab', { onFailure: 'stop', attempts: 1 });
  await scene.fetch();
  await scene.call(0).fails();
  const { status } = new StatusRecorder('g', () => undefined);
  const group = groupSnapshot(status, scene.group);
  expect(group.partitions).toMatchObject([
    { oldest: { offset: '0' }, stuck: [{ kind: 'stop', offset: '0' }] },
  ]);
  const answer: unknown = JSON.parse(JSON.stringify({ at: 1, groups: [group], topicProblems: [] }));
  expect(State.parse(answer)).toEqual(answer);
});
