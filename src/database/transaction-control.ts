/** White space and comments before a statement. */
const LEAD = String.raw`(?:\s|--[^\n]*(?:\n|$)|/\*[\s\S]*?\*/)*`;
const NOT_TO_SAVEPOINT = String.raw`(?!\s+(?:(?:WORK|TRANSACTION)\s+)?TO\b)`;
const ENDING = new RegExp(
  `^${LEAD}(?:COMMIT|END|ABORT|ROLLBACK${NOT_TO_SAVEPOINT}|PREPARE\\s+TRANSACTION)\\b`,
  'i',
);

/** Whether a statement would end the transaction that it runs in. */
export function endsTransaction(text: string): boolean {
  return ENDING.test(text);
}

/**
 * Whether one of several statements has ended the transaction that they ran in.
 * @param command their command tags, as in `QueryResult`
 */
export function haveEndedTransaction(command: string): boolean {
  return command.includes(';') && /\b(?:COMMIT|ROLLBACK|PREPARE TRANSACTION)\b/.test(command);
}
