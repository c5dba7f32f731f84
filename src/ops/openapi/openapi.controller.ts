import { Get } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';
import { Answers, OpsController } from '../ops-controller.decorator.js';
import { OpenApiService } from './openapi.service.js';

const Document = z.looseObject({ openapi: z.string(), paths: z.looseObject({}) });

/** The description of all these endpoints. */
@OpsController('openapi.json')
export class OpenApiController {
  constructor(private readonly openApi: OpenApiService) {}

  /** For clients, and for Swagger UI elsewhere. */
  @Get()
  @Answers('This document', Document)
  document(): OpenAPIObject {
    return this.openApi.document;
  }
}
