import { Module } from '@nestjs/common';
import { OffsetsModule } from '../../index.js';
import { TutorialController } from './tutorial.controller.js';
import { TutorialService } from './tutorial.service.js';

/** The four ways to read records and commit offsets. */
@Module({
  imports: [OffsetsModule],
  controllers: [TutorialController],
  providers: [TutorialService],
})
export class TutorialModule {}
