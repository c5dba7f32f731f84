/** The version of fetch requests and responses that is patched: that of brokers since 2.3. */
export const FETCH_VERSION = 11;
