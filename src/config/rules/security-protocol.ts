import type { Values } from '../variables/environment.js';

type SecurityProtocol = Values['KAFKA_SECURITY_PROTOCOL'];

/** Whether connections of this protocol are encrypted. */
export function usesTls(protocol: SecurityProtocol): boolean {
  return protocol === 'SSL' || protocol === 'SASL_SSL';
}

/** Whether connections of this protocol are authenticated by SASL. */
export function usesSasl(protocol: SecurityProtocol): boolean {
  return protocol === 'SASL_PLAINTEXT' || protocol === 'SASL_SSL';
}
