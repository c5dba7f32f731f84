import { Get } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';
import { Answers, OpsController } from '../ops-controller.decorator.js';
import { OpenApiService } from './openapi.service.js';

const Document = z.looseObject({ openapi: z.string(), paths: z.looseObject({}) });

/** The OpenAPI document of the operators' endpoints. */
@OpsController('openapi.json')
export class OpenApiController {
  constructor(private readonly openApi: OpenApiService) {}

  /** For generated clients and for a Swagger UI. */
  @Get()
  @Answers('This document', Document)
  document(): OpenAPIObject {
    return this.openApi.document;
  }
}
