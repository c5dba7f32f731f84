import { z } from 'zod';
import type { Kind } from './variable.js';

const HOST = /^[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?\.?$/i;

const CREDENTIALS = 'leave credentials out; they belong in KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD';

/** `host:port,host:port`. IPv6 literals are rejected because kafkajs splits a broker address at its first colon. */
export function brokerList(): Kind<readonly string[]> {
  const schema = z.string().transform((input, ctx): readonly string[] => {
    const brokers = input.split(',').map((broker) => broker.trim());
    const message = input.includes('@')
      ? CREDENTIALS
      : brokers.map(brokerHint).find((hint) => hint !== undefined);
    if (message === undefined) return brokers;
    ctx.issues.push({ code: 'custom', message, input });
    return z.NEVER;
  });
  return { accepts: 'host:port, several with commas between them, port 1 to 65535', schema };
}

function brokerHint(broker: string): string | undefined {
  if (broker === '') return 'remove the comma that has no broker before or after it';
  if (broker.includes('://'))
    return 'write host:port without a scheme; TLS is chosen with KAFKA_SECURITY_PROTOCOL';
  const [host, port, ...rest] = broker.split(':');
  if (rest.length > 0) return 'write a host name or an IPv4 address, then one colon and the port';
  if (host === undefined || !HOST.test(host)) return 'write a host name or an IPv4 address before the colon';
  if (port === undefined || port === '') return `add the port, such as ${host}:9092`;
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535)
    return `correct the port of ${host}`;
  return undefined;
}
