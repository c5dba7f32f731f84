import Connection from 'kafkajs-pinned/src/network/connection.js';
import { installOnce } from '../install-once.js';

const attempts = new WeakMap<Connection, Promise<boolean>>();

/**
 * Lets all callers that need a connection share one attempt to open it.
 *
 * - Defect: `Connection.connect` (`network/connection.js`) opens a socket for each concurrent call, as for a heartbeat
 *   and a commit when a broker is back. It keeps only the last socket, but treats the end of any as its own.
 * - Effect: forgotten sockets stay open until the broker closes them, minutes later; then every request in flight on the
 *   connection in use fails.
 * - Test: `shared-connect.spec.ts`, "is opened once".
 * - Unnecessary when `connect` returns the promise of the attempt that is in progress.
 */
export const shareConnects = installOnce(() => {
  const { prototype } = Connection;
  const { connect } = prototype;
  prototype.connect = function (this: Connection): Promise<boolean> {
    const inProgress = attempts.get(this);
    if (inProgress) return inProgress;
    const attempt = connect.call(this).finally(() => attempts.delete(this));
    attempts.set(this, attempt);
    return attempt;
  };
});
