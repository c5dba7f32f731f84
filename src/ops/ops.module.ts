import { Module } from '@nestjs/common';
import { LoggingModule } from '../telemetry/logging.module.js';
import { AuditService } from './audit/audit.service.js';
import { BrokerSession } from './broker-session.js';
import { ConsumingController } from './consuming/consuming.controller.js';
import { ConsumingService } from './consuming/consuming.service.js';
import { DeadLettersController } from './dead-letters/dead-letters.controller.js';
import { DeadLettersService } from './dead-letters/dead-letters.service.js';
import { ReplayService } from './dead-letters/replay.service.js';
import { LogLevelController } from './log-level/log-level.controller.js';
import { LogLevelService } from './log-level/log-level.service.js';
import { OpenApiController } from './openapi/openapi.controller.js';
import { OpenApiService } from './openapi/openapi.service.js';
import { ParkedController } from './parked/parked.controller.js';
import { StateController } from './state/state.controller.js';

/** The operators' HTTP endpoints, which require the token. */
@Module({
  imports: [LoggingModule],
  controllers: [
    StateController,
    ConsumingController,
    DeadLettersController,
    ParkedController,
    LogLevelController,
    OpenApiController,
  ],
  providers: [
    AuditService,
    BrokerSession,
    ConsumingService,
    DeadLettersService,
    LogLevelService,
    OpenApiService,
    ReplayService,
  ],
})
export class OpsModule {}
