import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { type LogConfig, SERVICE_CONFIG, type ServiceConfig } from '../../config/index.js';
import { AuditService } from '../audit/audit.service.js';

/** A level of the log. */
export type LogLevel = LogConfig['level'];

/** Which level the log has, and for how long. */
export interface LogLevelView {
  readonly level: string;
  /** `LOG_LEVEL`. */
  readonly configured: LogLevel;
  /** When it goes back to the configured one, ISO 8601; null where it has that already. */
  readonly until: string | null;
}

/** Changes the level of the log for a time: a level that nobody remembers to take back ends by itself. */
@Injectable()
export class LogLevelService implements OnApplicationShutdown {
  readonly #configured: LogLevel;
  #until: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly audit: AuditService,
    // The root logger is made with the first PinoLogger.
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
      parameters: { reason: 'its time is over' },
      caller: undefined,
    } as const;
    void this.audit.change(change, () => this.reset());
  }
}
