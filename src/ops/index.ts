import type { DynamicModule, INestApplication, Type } from '@nestjs/common';
import { OpenApiService } from './openapi/openapi.service.js';
import { OpsModule } from './ops.module.js';

/** An application with the operators' endpoints. */
export function withOps(application: Type): DynamicModule {
  return { module: OpsModule, imports: [application] };
}

/** Has the operators' endpoints describe themselves. */
export function describeOps(app: INestApplication): void {
  app.get(OpenApiService).describe(app, OpsModule);
}
