import { Module } from '@nestjs/common';
import { OffsetsService } from './offsets.service.js';

/** Import it where handlers commit by hand. */
@Module({ providers: [OffsetsService], exports: [OffsetsService] })
export class OffsetsModule {}
