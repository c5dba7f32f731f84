import { expect, test } from '@jest/globals';
import type { Logger } from '@nestjs/common';
import { type GroupPipeline, toOffset } from '../../pipeline/index.js';
import { GroupListener, type GroupListenerParts } from './group-listener.js';
import { StatusRecorder } from './group-status.js';

/** A listener whose group takes in no fetched record, and the warnings that it logs. */
function listener(handled: readonly string[]) {
  const warnings: string[] = [];
  const parts = {
    groupId: 'g',
    pipeline: { receive: () => undefined } as unknown as GroupPipeline,
    recorder: new StatusRecorder('g', () => undefined),
    logger: { warn: (line: string) => warnings.push(line) } as unknown as Logger,
    hasHandler: (topic: string) => handled.includes(topic),
  } as unknown as GroupListenerParts;
  const group = new GroupListener(parts);
  const zero = toOffset(0);
  const fetch = (topic: string, partition = 0) =>
    group.fetched({ topic, partition, from: zero, records: [], next: zero, reachableOffset: zero });
  return { fetch, warnings };
}

test('a warning says once that a topic is fetched without a handler, and what to do', () => {
  const { fetch, warnings } = listener([]);
  expect(fetch('a')).toBeUndefined();
  fetch('a');
  fetch('a', 1);
  fetch('b');
  expect(warnings).toHaveLength(2);
  expect(warnings[0]).toMatch(/^a: group g .* no handler .*: add a @KafkaHandler/);
  expect(warnings[1]).toMatch(/^b: /);
});

test('no warning is logged for a topic with a handler if the in-flight limits admit none of its records', () => {
  const { fetch, warnings } = listener(['a']);
  expect(fetch('a')).toBeUndefined();
  expect(warnings).toEqual([]);
});
