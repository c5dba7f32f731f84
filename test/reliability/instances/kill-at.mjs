/**
 * Kills this process when it sends a certain request: `sent` once the bytes were passed to the kernel,
 * so that the broker gets the request but nobody its response; `unsent` before that. `commit sent 3` means the third commit.
 */
import { Socket } from 'node:net';

const apiKeys = { produce: 0, commit: 8 };

export function killAt(when) {
  const [kind, moment, count = '1'] = when.split(' ');
  const write = Socket.prototype.write;
  let left = Number(count);
  Socket.prototype.write = function (bytes, ...rest) {
    const isMeant = Buffer.isBuffer(bytes) && bytes.length > 6 && bytes.readInt16BE(4) === apiKeys[kind];
    if (!isMeant || --left > 0) return write.call(this, bytes, ...rest);
    if (moment === 'sent') write.call(this, bytes, ...rest);
    process.kill(process.pid, 'SIGKILL');
    return true;
  };
}
