import {
  applyDecorators,
  Controller,
  Header,
  HttpCode,
  StandardSchemaValidationPipe,
  UseFilters,
  UseGuards,
  UsePipes,
} from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiUnauthorizedResponse,
} from '@nestjs/swagger';
import type { z } from 'zod';
import { OpsTokenGuard } from '../http/index.js';
import { OpsErrorFilter } from './ops-error.filter.js';

/**
 * A controller of operators' endpoints: under `/ops`, behind the token, with what comes in checked by the schemas
 * of its parameters.
 */
export function OpsController(path: string): ClassDecorator {
  return applyDecorators(
    Controller(path === '' ? 'ops' : `ops/${path}`),
    UseGuards(OpsTokenGuard),
    UsePipes(StandardSchemaValidationPipe),
    UseFilters(OpsErrorFilter),
    ApiTags('ops'),
    ApiBearerAuth(),
    ApiUnauthorizedResponse({ description: 'The token is missing, or another one.' }),
  );
}

/** What one endpoint does, and what it answers with 200. */
export function Answers(summary: string, schema: z.ZodType): MethodDecorator {
  return applyDecorators(
    HttpCode(200),
    // An answer is about this moment.
    Header('Cache-Control', 'no-store'),
    ApiOperation({ summary }),
    ApiOkResponse({ description: summary, standardSchema: schema }),
  );
}
