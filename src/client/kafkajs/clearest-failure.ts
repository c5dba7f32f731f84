import kafkajs from 'kafkajs-pinned';
import { describeError } from '../../pipeline/index.js';
import { AdvertisedAddressError } from './advertised-address.error.js';
import { isUnreachableAddress } from './explain-access.js';

/**
 * Picks the failure to report when several brokers or addresses failed: an error response if there is one, else the
 * failure of an advertised address, else one error that lists all failures.
 */
export function clearestFailure(failures: readonly unknown[]): unknown {
  const response = failures.find((each) => !isUnreachableAddress(each));
  const [last] = failures.slice(-1);
  if (response !== undefined || failures.length < 2) return response ?? last;
  const advertised = failures.find((each) => each instanceof AdvertisedAddressError);
  if (advertised) return advertised;
  const all = [...new Set(failures.map((each) => describeError(each)))].join('; ');
  return new kafkajs.KafkaJSConnectionError(all, { code: 'ECONNREFUSED' });
}
