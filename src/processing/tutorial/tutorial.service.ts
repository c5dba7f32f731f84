import { Injectable, Logger } from '@nestjs/common';

/** Logs each message. Put your own logic here. */
@Injectable()
export class TutorialService {
  readonly #logger = new Logger(TutorialService.name);

  processMessage(value: unknown): void {
    this.#logger.log(`Received message: ${typeof value === 'string' ? value : JSON.stringify(value)}`);
  }
}
