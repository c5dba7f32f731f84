/** Paths of the files that secrets were read from, by the field they are for: they may change while the service runs. */
export type SecretFiles<Field extends string> = Readonly<Partial<Record<Field, string>>>;

/** TLS towards the brokers; every field that holds a key or a certificate is PEM text, never a path. */
export interface TlsConfig {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string;
  readonly rejectUnauthorized: boolean;
  readonly servername?: string;
  readonly files: SecretFiles<'ca' | 'cert' | 'key' | 'passphrase'>;
}

/** A login by name and password. */
export interface PasswordConfig {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  readonly username: string;
  readonly password: string;
  readonly files: SecretFiles<'username' | 'password'>;
}

/** A login by a token that somebody else keeps current. */
export interface TokenConfig {
  readonly mechanism: 'oauthbearer';
  readonly token: string;
  readonly files: SecretFiles<'token'>;
}

/** A login by tokens from an OAuth 2 token endpoint. */
export interface TokenEndpointConfig {
  readonly mechanism: 'oauthbearer';
  readonly endpoint: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope?: string;
  readonly files: SecretFiles<'clientSecret'>;
}

/** Who the service is to the brokers. */
export type SaslConfig = PasswordConfig | TokenConfig | TokenEndpointConfig;

/** Everything the consumer has to know about Kafka. */
export interface KafkaConfig {
  /** `host:port` of the brokers that are asked first. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** Used exactly as given: no suffix is added, as Nest's stock transport does. */
  readonly groupId: string;
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
  /** Records in flight in the whole process. */
  readonly maxInFlight: number;
  readonly maxInFlightBytes: number;
  /** What one batch of the log may unpack to. */
  readonly maxUnpackedBatchBytes: number;
  readonly isolationLevel: 'read_committed' | 'read_uncommitted';
  /** How often topics and partitions that appeared later are looked for. */
  readonly topicRefreshMs: number;
  /** Whether settings of the service's own topics are corrected where records could be lost by them. */
  readonly correctTopicSettings: boolean;
  /** How often the end of a partition that nothing was fetched from is asked for. */
  readonly lagRefreshMs: number;
  /** A record unsettled for longer takes readiness down. */
  readonly stuckAfterMs: number;
  readonly connectionTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly ssl: TlsConfig | undefined;
  readonly sasl: SaslConfig | undefined;
}

/** The database of idempotent handlers. */
export interface DatabaseConfig {
  /** Its connection string, with credentials: never to be printed. */
  readonly url: string | undefined;
  /** Whether a PostgreSQL within the process may take its place. */
  readonly embeddedAllowed: boolean;
  /** Where that one keeps its data; undefined for in memory. */
  readonly embeddedDir: string | undefined;
  readonly poolSize: number;
  readonly connectTimeoutMs: number;
  readonly statementTimeoutMs: number;
  readonly idleInTransactionTimeoutMs: number;
}

/** What the service writes to stdout. */
export interface LogConfig {
  readonly level: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  readonly format: 'json' | 'pretty';
}

/** Who may use the operators' endpoints: nobody while there is no token. */
export interface OpsConfig {
  readonly token: string | undefined;
}

/** Where traces go, and which of them. */
export interface TracingConfig {
  /** Of the collector's endpoint for traces. */
  readonly url: string;
  readonly serviceName: string;
  readonly sampler:
    | 'always_on'
    | 'always_off'
    | 'traceidratio'
    | 'parentbased_always_on'
    | 'parentbased_always_off'
    | 'parentbased_traceidratio';
  /** From 0 to 1; of the samplers by ratio. */
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
  /** Undefined where no collector is configured. */
  readonly tracing: TracingConfig | undefined;
}
