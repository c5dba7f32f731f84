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
import { OpsTokenGuard } from '../http/ops-token.guard.js';
import { OpsErrorFilter } from './ops-error.filter.js';

/**
 * A controller of operators' endpoints: under `/ops`, protected by the token, with parameters validated by their
 * schemas.
 */
export function OpsController(path: string): ClassDecorator {
  return applyDecorators(
    Controller(path === '' ? 'ops' : `ops/${path}`),
    UseGuards(OpsTokenGuard),
    UsePipes(StandardSchemaValidationPipe),
    UseFilters(OpsErrorFilter),
    ApiTags('ops'),
    ApiBearerAuth(),
    ApiUnauthorizedResponse({ description: 'The token is missing or wrong.' }),
  );
}

/** Describes an endpoint and its response with status 200. */
export function Answers(summary: string, schema: z.ZodType): MethodDecorator {
  return applyDecorators(
    HttpCode(200),
    // A response describes the current state.
    Header('Cache-Control', 'no-store'),
    ApiOperation({ summary }),
    ApiOkResponse({ description: summary, standardSchema: schema }),
  );
}
