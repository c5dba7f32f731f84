/** What is wrong with a call of the generator; nothing was written. */
export class GeneratorError extends Error {
  constructor(
    readonly code:
      | 'FOLDER_NOT_EMPTY'
      | 'INVALID_ARGUMENTS'
      | 'INVALID_MANIFEST'
      | 'INVALID_NAME'
      | 'NEWER_TEMPLATE'
      | 'NOT_GENERATED',
    message: string,
  ) {
    super(message);
    this.name = 'GeneratorError';
  }
}
