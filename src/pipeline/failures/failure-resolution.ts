/**
 * What became of a failed record, and what its dispatcher does: handle the record `again`, continue behind a
 * `settled` record, or leave an `abandoned` one alone, since its partition is stopped, closed or aborted.
 */
export type FailureResolution = 'again' | 'settled' | 'abandoned';
