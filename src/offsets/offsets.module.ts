import { Module } from '@nestjs/common';
import { OffsetsService } from './offsets.service.js';

/** Import it into modules whose handlers commit manually. */
@Module({ providers: [OffsetsService], exports: [OffsetsService] })
export class OffsetsModule {}
