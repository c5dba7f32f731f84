import { readFileSync } from 'node:fs';
import { afterEach, expect, it } from '@jest/globals';
import { Controller, type Type } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import OffsetManager from 'kafkajs-pinned/src/consumer/offsetManager/index.js';
import { LogRecord, RecordSource } from '../../../src/client/protocol/log-record.js';
import { OffsetTracker } from '../../../src/pipeline/commit/offset-tracker.js';
import { RecordLanes } from '../../../src/pipeline/dispatch/record-lanes.js';
import { KafkaHandler } from '../../../src/transport/index.js';
import { createTopic, endOffsets, produce, uniqueName, waitFor } from '../../support/kafka.js';
import { type RunningService, startService } from '../../support/service.js';

/** The maximum number of files of `src` that a record visits which succeeds. */
const MOST_FILES = 20;

let service: RunningService | undefined;
let restore: (() => void)[] = [];

afterEach(async () => {
  for (const each of restore) each();
  restore = [];
  await service?.stop();
});

/** The files of `src` that call each other up to here, from the one that kafkajs or Node calls. */
function callingFiles(): string[] {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 100;
  const frames = (new Error().stack ?? '').split('\n').slice(1);
  Error.stackTraceLimit = stackTraceLimit;
  const files: string[] = [];
  for (const frame of frames) {
    if (frame.includes('/node_modules/kafkajs')) break;
    const [, file] = /\/src\/([^:]+\.ts):/.exec(frame) ?? [];
    if (file !== undefined && file !== files[0]) files.unshift(file);
  }
  return files;
}

/** Calls `seen` with the calling files whenever the method, or the getter, is called. */
function watch(prototype: object, name: string, seen: (files: string[]) => void): void {
  const described = Object.getOwnPropertyDescriptor(prototype, name);
  const original: unknown = described?.get ?? described?.value;
  if (!described || typeof original !== 'function') throw new Error(`there is no method ${name}`);
  const watched = function (this: unknown, ...args: unknown[]): unknown {
    seen(callingFiles());
    return Reflect.apply(original, this, args);
  };
  const replaced = described.get ? { get: watched } : { value: watched };
  Object.defineProperty(prototype, name, { ...described, ...replaced });
  restore.push(() => void Object.defineProperty(prototype, name, described));
}

function handlerOf(topic: string, called: (files: string[]) => void): Type {
  @Controller()
  class Orders {
    @KafkaHandler(topic)
    on(@Payload() _order: unknown): void {
      called(callingFiles());
    }
  }
  return Orders;
}

/** What follows the last file that two chains of callers share. */
function after(shared: readonly string[], files: readonly string[]): string[] {
  const at = files.findIndex((file, i) => file !== shared[i]);
  return at < 0 ? [] : files.slice(at);
}

/** The links of the section, in their order. */
function linkedFiles(): string[] {
  const text = readFileSync(new URL('../../../docs/architecture.md', import.meta.url), 'utf8');
  const section = /## A record's path\n([^]*?)\nAfter a failure:/.exec(text)?.[1] ?? '';
  return [...section.matchAll(/\]\(\.\.\/src\/([^)]+\.ts)\)/g)].map(([, file]) => file ?? '');
}

it('a record that succeeds visits few files, none twice on its way down, as docs/architecture.md lists them', async () => {
  const seen: Record<string, string[]> = {};
  const note =
    (step: string, ...called: string[]) =>
    (files: string[]) =>
      void (seen[step] ??= [...files, ...called]);
  const topic = await createTopic(uniqueName('path'));
  service = await startService(
    { controllers: [handlerOf(topic, note('handled'))] },
    { KAFKA_GROUP_ID: uniqueName('path') },
  );
  await service.joined();
  watch(RecordSource.prototype, 'trim', note('read', 'client/protocol/log-record.ts'));
  watch(OffsetTracker.prototype, 'track', note('tracked', 'pipeline/commit/offset-tracker.ts'));
  watch(RecordLanes.prototype, 'enqueue', note('queued', 'pipeline/dispatch/record-lanes.ts'));
  watch(LogRecord.prototype, 'text', note('decoded'));
  watch(OffsetTracker.prototype, 'settle', note('settled', 'pipeline/commit/offset-tracker.ts'));
  watch(OffsetManager.prototype, 'commitOffsets', note('committed'));
  await produce(topic, ['{"order":1}']);
  expect([...(await endOffsets(topic)).values()]).toEqual([1n]);
  await waitFor(async () => seen.committed !== undefined, { what: 'the commit' });

  const { read = [], tracked = [], queued = [], decoded = [], handled = [] } = seen;
  const { settled = [], committed = [] } = seen;
  const taken = [...read, ...tracked, ...after(tracked, queued)];
  const down = [...taken, ...after(queued, decoded), ...after(decoded, handled)];
  const back = [...after(handled, settled), ...committed];
  expect(down.length).toBeGreaterThan(10);
  expect(new Set(down).size).toBe(down.length);
  expect(new Set([...down, ...back]).size).toBeLessThanOrEqual(MOST_FILES);
  const linked = linkedFiles();
  expect(linked.filter((file) => down.includes(file) || back.includes(file))).toEqual([...down, ...back]);
});
