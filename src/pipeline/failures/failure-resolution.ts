/**
 * What happened to a failed record. The dispatcher handles the record `again`, continues its lane after a `settled`
 * record, or does nothing more with an `abandoned` one, whose partition is stopped, closed or aborted.
 */
export type FailureResolution = 'again' | 'settled' | 'abandoned';
