/** Installed by the benchmark itself. */
declare module '@platformatic/kafka';
