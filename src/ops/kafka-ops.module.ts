import {
  type DynamicModule,
  type FactoryProvider,
  Logger,
  Module,
  type ModuleMetadata,
} from '@nestjs/common';
import { ConfigError } from '../config/index.js';
import { OPS_TOKEN } from '../http/ops-token.guard.js';
import { AUDIT_LOG, type AuditLog, AuditService } from './audit/audit.service.js';
import { BrokerSession } from './broker-session.js';
import { ConsumingController } from './consuming/consuming.controller.js';
import { ConsumingService } from './consuming/consuming.service.js';
import { DeadLettersController } from './dead-letters/dead-letters.controller.js';
import { DeadLettersService } from './dead-letters/dead-letters.service.js';
import { ReplayService } from './dead-letters/replay.service.js';
import { ParkedController } from './parked/parked.controller.js';
import { StateController } from './state/state.controller.js';

/** Options of `KafkaOpsModule.forRoot`. */
export interface KafkaOpsOptions {
  /** The operators' token: 16 or more letters, digits and `- . _ ~ + / =`. */
  readonly token: string;
  /** Receives each line of the audit log. Default: Nest's `Logger`, with the context `Audit`. */
  readonly audit?: AuditLog;
}

/** How `KafkaOpsModule.forRootAsync` gets its options. */
export interface KafkaOpsModuleAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  /** Providers that the factory receives as arguments. */
  readonly inject?: FactoryProvider['inject'];
  readonly useFactory: FactoryProvider<KafkaOpsOptions | Promise<KafkaOpsOptions>>['useFactory'];
}

const OPS_OPTIONS = Symbol('OPS_OPTIONS');

/** RFC 6750, b64token. */
const TOKEN = /^[\w.~+/=-]{16,}$/;

/**
 * The operators' HTTP endpoints for the consumers of the cluster without a name, under `/ops`: state, pause and resume,
 * dead letters and their replay, parked keys. Each request needs the token.
 *
 * @example
 * KafkaOpsModule.forRoot({ token: process.env.OPS_TOKEN ?? '' })
 */
@Module({
  controllers: [StateController, ConsumingController, DeadLettersController, ParkedController],
  providers: [AuditService, BrokerSession, ConsumingService, DeadLettersService, ReplayService],
})
export class KafkaOpsModule {
  /** An invalid token makes creating the application fail with a `ConfigError`. */
  static forRoot(options: KafkaOpsOptions): DynamicModule {
    return KafkaOpsModule.forRootAsync({ useFactory: () => options });
  }

  /** For a token that depends on other providers, such as a configuration service. */
  static forRootAsync({ imports = [], inject = [], useFactory }: KafkaOpsModuleAsyncOptions): DynamicModule {
    return {
      module: KafkaOpsModule,
      imports,
      providers: [
        {
          provide: OPS_OPTIONS,
          inject,
          useFactory: async (...given: unknown[]) => checked(await useFactory(...given)),
        },
        { provide: OPS_TOKEN, inject: [OPS_OPTIONS], useFactory: ({ token }: KafkaOpsOptions) => token },
        {
          provide: AUDIT_LOG,
          inject: [OPS_OPTIONS],
          useFactory: ({ audit = logged }: KafkaOpsOptions) => audit,
        },
      ],
      exports: [AuditService, OPS_TOKEN],
    };
  }
}

/** @throws ConfigError if the token is too short, or can't be sent in a header unchanged */
function checked(options: KafkaOpsOptions): KafkaOpsOptions {
  const { token } = options;
  if (TOKEN.test(token)) return options;
  throw new ConfigError(
    [
      {
        variable: 'token',
        got: token === '' ? 'not set' : `set, ${token.length} characters`,
        accepts: 'text of 16 or more letters, digits and - . _ ~ + / =',
        hint: 'create one with `openssl rand -hex 32`',
      },
    ],
    'ops',
  );
}

const logged: AuditLog = (line) => new Logger('Audit').log({ msg: `${line.what}: ${line.outcome}`, ...line });
