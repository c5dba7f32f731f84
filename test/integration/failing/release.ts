import { toReleaseRequest } from '../../../src/redelivery/parking/parked-entry.js';
import { produce } from '../../support/kafka.js';

/** Requests the release of a parked key, like the command. */
export async function release(topic: string, groupId: string, key: string, partition = 0): Promise<void> {
  const { key: name, value } = toReleaseRequest(key);
  await produce(`${topic}.${groupId}.parked`, [
    { key: Buffer.from(name ?? ''), value: String(value), partition },
  ]);
}
