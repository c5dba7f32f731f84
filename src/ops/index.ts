import type { DynamicModule, INestApplication, Type } from '@nestjs/common';
import { OpenApiService } from './openapi/openapi.service.js';
import { OpsModule } from './ops.module.js';

/** Adds the operators' endpoints to an application module. */
export function withOps(application: Type): DynamicModule {
  return { module: OpsModule, imports: [application] };
}

/** Enables the OpenAPI document of the operators' endpoints. */
export function describeOps(app: INestApplication): void {
  app.get(OpenApiService).describe(app, OpsModule);
}
