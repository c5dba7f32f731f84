import { Body, Delete, Get, Put } from '@nestjs/common';
import { z } from 'zod';
import { AuditService } from '../audit/audit.service.js';
import { type Caller, FromCaller } from '../caller.decorator.js';
import { Answers, OpsController } from '../ops-controller.decorator.js';
import { duration } from '../schemas.js';
import { LogLevelService, type LogLevelView } from './log-level.service.js';

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
const MAX_MS = 24 * 3_600_000;

const NewLevel = z.strictObject({
  level: z.enum(LEVELS),
  for: duration
    .refine((ms) => ms <= MAX_MS, 'must be 24h at most')
    .prefault('15m')
    .describe('Time until the level returns to LOG_LEVEL, such as 15m (the default); 24h at most'),
});

const View = z.object({
  level: z.string(),
  configured: z.enum(LEVELS),
  until: z.iso.datetime().nullable().describe('When it returns to the configured level'),
});

/** Shows and changes the log level at runtime. */
@OpsController('log-level')
export class LogLevelController {
  constructor(
    private readonly levels: LogLevelService,
    private readonly audit: AuditService,
  ) {}

  @Get()
  @Answers('Returns the log level', View)
  get(): LogLevelView {
    return this.levels.get();
  }

  @Put()
  @Answers('Changes the log level for a limited time', View)
  set(
    @Body({ schema: NewLevel }) body: z.infer<typeof NewLevel>,
    @FromCaller() caller: Caller,
  ): Promise<LogLevelView> {
    const { level, for: forMs } = body;
    const change = { what: 'log-level', parameters: { level, forMs }, caller } as const;
    return this.audit.change(change, () => this.levels.set(level, forMs));
  }

  @Delete()
  @Answers('Resets the log level to LOG_LEVEL', View)
  reset(@FromCaller() caller: Caller): Promise<LogLevelView> {
    return this.audit.change({ what: 'log-level-reset', parameters: {}, caller }, () => this.levels.reset());
  }
}
