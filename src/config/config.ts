/** Paths of the files that secrets were read from, by field; the files may change while the service runs. */
export type SecretFiles<Field extends string> = Readonly<Partial<Record<Field, string>>>;

/** TLS for connections to the brokers; keys and certificates are PEM text, never paths. */
export interface TlsConfig {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string;
  readonly rejectUnauthorized: boolean;
  readonly servername?: string;
  readonly files: SecretFiles<'ca' | 'cert' | 'key' | 'passphrase'>;
}

/** SASL with user name and password. */
export interface PasswordConfig {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  readonly username: string;
  readonly password: string;
  readonly files: SecretFiles<'username' | 'password'>;
}

/** What the brokers need beside a token (RFC 7628, 3.1), by name. */
export type SaslExtensions = Readonly<Record<string, string>>;

/** SASL with a token that an external process renews. */
export interface TokenConfig {
  readonly mechanism: 'oauthbearer';
  readonly token: string;
  readonly extensions?: SaslExtensions;
  readonly files: SecretFiles<'token'>;
}

/** SASL with tokens from an OAuth 2 token endpoint. */
export interface TokenEndpointConfig {
  readonly mechanism: 'oauthbearer';
  readonly endpoint: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope?: string;
  readonly extensions?: SaslExtensions;
  readonly files: SecretFiles<'clientSecret'>;
}

/** How the client authenticates to the brokers. */
export type SaslConfig = PasswordConfig | TokenConfig | TokenEndpointConfig;

/** The configuration of the Kafka consumer. */
export interface KafkaConfig {
  /** `host:port` of the bootstrap brokers. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** Used exactly as given; unlike Nest's own transport, no suffix is added. */
  readonly groupId: string;
  /** `consumer` is that of KIP-848. */
  readonly groupProtocol: 'classic' | 'consumer';
  /** Where this client runs, in the terms of the brokers' `broker.rack`; undefined reads from leaders only. */
  readonly rack: string | undefined;
  readonly autoOffsetReset: 'earliest' | 'latest' | 'none';
  readonly enableAutoCommit: boolean;
  readonly autoCommitIntervalMs: number;
  readonly sessionTimeoutMs: number;
  /** Always less than `sessionTimeoutMs`. */
  readonly heartbeatIntervalMs: number;
  /** Never less than `sessionTimeoutMs`. */
  readonly rebalanceTimeoutMs: number;
  readonly fetchMaxWaitMs: number;
  readonly fetchMaxBytes: number;
  readonly fetchMaxBytesPerPartition: number;
  /** Most records in flight in the whole process. */
  readonly maxInFlight: number;
  readonly maxInFlightBytes: number;
  /** Largest uncompressed size of one record batch. */
  readonly maxUnpackedBatchBytes: number;
  readonly isolationLevel: 'read_committed' | 'read_uncommitted';
  /** Interval of the search for new topics and partitions. */
  readonly topicRefreshMs: number;
  /** Whether to correct settings of the service's own topics that could lose records. */
  readonly correctTopicSettings: boolean;
  /** Interval at which the end offset is queried of partitions that were not fetched from. */
  readonly lagRefreshMs: number;
  /** A record that is unsettled for longer makes the readiness probe fail. */
  readonly stuckAfterMs: number;
  readonly connectionTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly ssl: TlsConfig | undefined;
  readonly sasl: SaslConfig | undefined;
}

/** The database of idempotent handlers. */
export interface DatabaseConfig {
  /** Connection string with credentials; never print it. */
  readonly url: string | undefined;
  /** Whether an embedded PostgreSQL may be used instead. */
  readonly embeddedAllowed: boolean;
  /** Data folder of the embedded PostgreSQL; undefined keeps the data in memory. */
  readonly embeddedDir: string | undefined;
  readonly poolSize: number;
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
  readonly idleInTransactionTimeoutMs: number;
}

/** The log on stdout. */
export interface LogConfig {
  readonly level: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  readonly format: 'json' | 'pretty';
}

/** Access to the operators' endpoints; they are closed if there is no token. */
export interface OpsConfig {
  readonly token: string | undefined;
}

/** Where traces are sent, and which are sampled. */
export interface TracingConfig {
  /** The collector's endpoint for traces. */
  readonly url: string;
  readonly serviceName: string;
  readonly sampler:
    | 'always_on'
    | 'always_off'
    | 'traceidratio'
    | 'parentbased_always_on'
    | 'parentbased_always_off'
    | 'parentbased_traceidratio';
  /** From 0 to 1; used by the ratio samplers. */
  readonly ratio: number;
}

/** The whole configuration: validated, typed and frozen. */
export interface ServiceConfig {
  readonly kafka: KafkaConfig;
  /** Port 0 is any free port. */
  readonly http: { readonly port: number };
  readonly ops: OpsConfig;
  readonly shutdownTimeoutMs: number;
  readonly database: DatabaseConfig;
  readonly idempotency: { readonly ttlMs: number };
  readonly log: LogConfig;
  /** Undefined if no collector is configured. */
  readonly tracing: TracingConfig | undefined;
}

/**
 * Injection token of the {@link ServiceConfig}; the reference service provides it.
 *
 * @example
 * constructor(@Inject(SERVICE_CONFIG) private readonly config: ServiceConfig) {}
 */
export const SERVICE_CONFIG = Symbol('SERVICE_CONFIG');
