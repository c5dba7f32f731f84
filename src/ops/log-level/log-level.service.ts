import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { type LogConfig, SERVICE_CONFIG, type ServiceConfig } from '../../config/index.js';
import { AuditService } from '../audit/audit.service.js';

/** A log level. */
export type LogLevel = LogConfig['level'];

/** The current log level, and how long it stays. */
export interface LogLevelView {
  readonly level: string;
  /** `LOG_LEVEL`. */
  readonly configured: LogLevel;
  /** When it returns to the configured level, ISO 8601; null if it has that level. */
  readonly until: string | null;
}

/** Changes the log level for a limited time, so that a level that is not reset returns to the configured one. */
@Injectable()
export class LogLevelService implements OnApplicationShutdown {
  readonly #configured: LogLevel;
  #until: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly audit: AuditService,
    // Injected because the first PinoLogger creates PinoLogger.root.
    _logger: PinoLogger,
    @Inject(SERVICE_CONFIG) { log }: ServiceConfig,
  ) {
    this.#configured = log.level;
  }

  get(): LogLevelView {
    const until = this.#until === undefined ? null : new Date(this.#until).toISOString();
    return { level: PinoLogger.root.level, configured: this.#configured, until };
  }

  set(level: LogLevel, forMs: number): LogLevelView {
    clearTimeout(this.#timer);
    PinoLogger.root.level = level;
    this.#until = Date.now() + forMs;
    this.#timer = setTimeout(() => this.#expire(), forMs).unref();
    return this.get();
  }

  reset(): LogLevelView {
    clearTimeout(this.#timer);
    this.#until = undefined;
    PinoLogger.root.level = this.#configured;
    return this.get();
  }

  onApplicationShutdown(): void {
    clearTimeout(this.#timer);
  }

  #expire(): void {
    const change = {
      what: 'log-level-reset',
      parameters: { reason: 'its duration has elapsed' },
      caller: undefined,
    } as const;
    void this.audit.change(change, () => this.reset());
  }
}
