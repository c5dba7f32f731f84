import { closestMatch } from 'leven';
import type { ConfigProblem } from '../config-error.js';
import { fileVariable } from '../reading/read-variables.js';
import type { VariableName } from '../variables/environment.js';

/** The environment variable of each option, by the option's path. It defines the accepted values and the default. */
export const OPTION_VARIABLES = {
  brokers: 'KAFKA_BROKERS',
  clientId: 'KAFKA_CLIENT_ID',
  groupId: 'KAFKA_GROUP_ID',
  groupProtocol: 'KAFKA_GROUP_PROTOCOL',
  rack: 'KAFKA_RACK',
  autoOffsetReset: 'KAFKA_AUTO_OFFSET_RESET',
  enableAutoCommit: 'KAFKA_ENABLE_AUTO_COMMIT',
  autoCommitIntervalMs: 'KAFKA_AUTO_COMMIT_INTERVAL_MS',
  sessionTimeoutMs: 'KAFKA_SESSION_TIMEOUT_MS',
  heartbeatIntervalMs: 'KAFKA_HEARTBEAT_INTERVAL_MS',
  rebalanceTimeoutMs: 'KAFKA_REBALANCE_TIMEOUT_MS',
  fetchMaxWaitMs: 'KAFKA_FETCH_MAX_WAIT_MS',
  fetchMaxBytes: 'KAFKA_FETCH_MAX_BYTES',
  fetchMaxBytesPerPartition: 'KAFKA_FETCH_MAX_BYTES_PER_PARTITION',
  maxInFlight: 'KAFKA_MAX_IN_FLIGHT',
  maxInFlightBytes: 'KAFKA_MAX_IN_FLIGHT_BYTES',
  maxUnpackedBatchBytes: 'KAFKA_MAX_UNPACKED_BATCH_BYTES',
  isolationLevel: 'KAFKA_ISOLATION_LEVEL',
  topicRefreshMs: 'KAFKA_TOPIC_REFRESH_MS',
  correctTopicSettings: 'KAFKA_CORRECT_TOPIC_SETTINGS',
  lagRefreshMs: 'KAFKA_LAG_REFRESH_MS',
  stuckAfterMs: 'KAFKA_STUCK_AFTER_MS',
  connectionTimeoutMs: 'KAFKA_CONNECTION_TIMEOUT_MS',
  requestTimeoutMs: 'KAFKA_REQUEST_TIMEOUT_MS',
  'ssl.ca': 'KAFKA_SSL_CA',
  'ssl.cert': 'KAFKA_SSL_CERT',
  'ssl.key': 'KAFKA_SSL_KEY',
  'ssl.passphrase': 'KAFKA_SSL_KEY_PASSPHRASE',
  'ssl.rejectUnauthorized': 'KAFKA_SSL_REJECT_UNAUTHORIZED',
  'ssl.servername': 'KAFKA_SSL_SERVERNAME',
  'sasl.mechanism': 'KAFKA_SASL_MECHANISM',
  'sasl.username': 'KAFKA_SASL_USERNAME',
  'sasl.password': 'KAFKA_SASL_PASSWORD',
  'sasl.token': 'KAFKA_SASL_OAUTHBEARER_TOKEN',
  'sasl.endpoint': 'KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL',
  'sasl.clientId': 'KAFKA_SASL_OAUTHBEARER_CLIENT_ID',
  'sasl.clientSecret': 'KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET',
  'sasl.scope': 'KAFKA_SASL_OAUTHBEARER_SCOPE',
  'sasl.extensions': 'KAFKA_SASL_OAUTHBEARER_EXTENSIONS',
  shutdownTimeoutMs: 'SHUTDOWN_TIMEOUT_MS',
  'database.url': 'DATABASE_URL',
  'database.embeddedDir': 'DATABASE_EMBEDDED_DIR',
  'database.poolSize': 'DATABASE_POOL_SIZE',
  'database.connectTimeoutMs': 'DATABASE_CONNECT_TIMEOUT_MS',
  'database.statementTimeoutMs': 'DATABASE_STATEMENT_TIMEOUT_MS',
  'database.idleInTransactionTimeoutMs': 'DATABASE_IDLE_IN_TRANSACTION_TIMEOUT_MS',
  'idempotency.ttlHours': 'IDEMPOTENCY_TTL_HOURS',
} as const satisfies Readonly<Record<string, VariableName>>;

const VARIABLES: Readonly<Record<string, VariableName>> = OPTION_VARIABLES;
const SECTIONS: ReadonlySet<string> = new Set(['ssl', 'sasl', 'database', 'idempotency']);
/** Options without a variable of their own. */
const WITHOUT_VARIABLE: ReadonlySet<string> = new Set([
  'ssl.files',
  'sasl.files',
  'database.embeddedAllowed',
]);
const REQUIRED = ['brokers', 'clientId', 'groupId'] as const;

/** Converts options to an environment, so that the same schema and rules check both. */
export function toVariables(options: object): {
  readonly env: Readonly<Record<string, string>>;
  readonly problems: readonly ConfigProblem[];
} {
  const given = flatten(options);
  const env: Record<string, string> = {
    KAFKA_SECURITY_PROTOCOL: protocolOf(options),
    // The embedded database is for development, so it must be enabled explicitly.
    NODE_ENV: given.get('database.embeddedAllowed') === true ? 'development' : 'production',
  };
  const problems: ConfigProblem[] = [];
  for (const [option, value] of given) {
    const name = VARIABLES[option];
    if (name !== undefined) env[name] = asText(value);
    else if (!WITHOUT_VARIABLE.has(option)) problems.push(unknownOption(option));
  }
  for (const section of ['ssl', 'sasl']) useFiles(env, section, given.get(`${section}.files`));
  for (const option of REQUIRED)
    if ((env[VARIABLES[option] ?? ''] ?? '') === '') problems.push(missing(option));
  return { env, problems };
}

function asText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const parts = Array.isArray(value)
    ? value
    : Object.entries(value).map(([name, part]) => `${name}=${String(part)}`);
  return parts.join(',');
}

/** The path of the option that a variable belongs to; undefined if there is none. */
export function optionOf(variable: string): string | undefined {
  for (const [option, name] of Object.entries(VARIABLES)) {
    if (name === variable) return option;
    if (fileVariable(name) === variable) return option.replace('.', '.files.');
  }
  return variable === 'KAFKA_SECURITY_PROTOCOL' ? 'the security protocol' : undefined;
}

/** The options that are set, with those of sections as `section.option`. */
function flatten(options: object): ReadonlyMap<string, unknown> {
  const flat = new Map<string, unknown>();
  for (const [key, value] of Object.entries(options)) {
    if (!SECTIONS.has(key)) flat.set(key, value);
    else if (typeof value === 'object' && value !== null) {
      for (const [name, inner] of Object.entries(value)) flat.set(`${key}.${name}`, inner);
    }
  }
  for (const [key, value] of flat) if (value === undefined) flat.delete(key);
  return flat;
}

function protocolOf(options: object): string {
  const isSet = (name: string): boolean => Boolean(Reflect.get(options, name));
  if (isSet('sasl')) return isSet('ssl') ? 'SASL_SSL' : 'SASL_PLAINTEXT';
  return isSet('ssl') ? 'SSL' : 'PLAINTEXT';
}

/** A secret with a file is read from the file, even if its earlier content is given too. */
function useFiles(env: Record<string, string>, section: string, files: unknown): void {
  if (typeof files !== 'object' || files === null) return;
  for (const [field, path] of Object.entries(files)) {
    const name = VARIABLES[`${section}.${field}`];
    if (name === undefined || typeof path !== 'string') continue;
    delete env[name];
    env[fileVariable(name)] = path;
  }
}

function unknownOption(option: string): ConfigProblem {
  const near = closestMatch(option, [...Object.keys(VARIABLES), ...WITHOUT_VARIABLE], { maxDistance: 3 });
  const hint = near === undefined ? 'remove it' : `did you mean ${near}?`;
  return { variable: option, got: 'set', accepts: 'no such option', hint };
}

function missing(option: (typeof REQUIRED)[number]): ConfigProblem {
  const accepts = {
    brokers: "host:port of brokers, as in ['kafka:9092']",
    clientId: 'text',
    groupId: 'text',
  };
  return { variable: option, got: 'not set', accepts: accepts[option], hint: 'set it: it has no default' };
}
