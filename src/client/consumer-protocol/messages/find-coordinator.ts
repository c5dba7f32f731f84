import { FlexibleReader } from './flexible-reader.js';
import { FlexibleWriter } from './flexible-writer.js';
import type { Message, Throttled } from './message.js';

/** Which broker coordinates a group. */
export interface CoordinatorAnswer extends Throttled {
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly nodeId: number;
}

const GROUP = 0;

/** FindCoordinator of version 4, for one group. */
export const findCoordinator: Message<{ readonly groupId: string }, CoordinatorAnswer> = {
  apiKey: 10,
  apiVersion: 4,
  apiName: 'FindCoordinator',

  write({ groupId }) {
    const writer = new FlexibleWriter();
    return writer
      .noTags()
      .int8(GROUP)
      .array([groupId], (key) => writer.text(key))
      .noTags().bytes;
  },

  read(bytes) {
    const reader = new FlexibleReader(bytes);
    reader.skipTags();
    const throttleTimeMs = reader.int32();
    const [coordinator] = reader.compactArray(() => {
      reader.compactText(); // the group
      const nodeId = reader.int32();
      reader.compactText(); // its host
      reader.int32(); // and port, which the metadata has too
      const errorCode = reader.int16();
      const errorMessage = reader.nullableText();
      reader.skipTags();
      return { nodeId, errorCode, errorMessage };
    });
    if (!coordinator) throw new RangeError('the answer names no coordinator');
    return { throttleTimeMs, ...coordinator };
  },
};
