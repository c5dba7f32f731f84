export { OffsetsModule } from './offsets.module.js';
export { OffsetsService } from './offsets.service.js';
