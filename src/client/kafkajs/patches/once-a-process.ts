/** What is put into kafkajs is put there once, however many ports are made. */
export function onceAProcess(install: () => void): () => void {
  let isInstalled = false;
  return () => {
    if (isInstalled) return;
    isInstalled = true;
    install();
  };
}
