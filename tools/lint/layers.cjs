/**
 * Folders from the top to the bottom: each imports only folders below it. `errors` holds the base class of all errors, so
 * it is at the bottom, and every folder may import it.
 */
module.exports = {
  source: [
    'testing',
    'processing',
    'service',
    'ops',
    'health',
    'telemetry',
    'offsets',
    'publishing',
    'idempotency',
    'database',
    'replay',
    'transport',
    'redelivery',
    'client',
    'pipeline',
    'http',
    'config',
    'text',
    'errors',
  ],
  pipeline: ['dispatch', 'failures', 'fetch', 'commit', 'handler', 'parking', 'errors', 'records', 'time'],
  transport: ['group', 'handlers', 'context', 'payload'],
  client: ['memory', 'kafkajs', 'consumer-protocol', 'protocol'],
  /** Folders that others import only through their index. */
  indexed: [
    'transport',
    'replay',
    'redelivery',
    'client',
    'pipeline',
    'config',
    'database',
    'idempotency',
    'offsets',
    'ops',
    'publishing',
    'errors',
  ],
};
