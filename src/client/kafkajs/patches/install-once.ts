/** Wraps an installation so that it runs once per process, for any number of ports. */
export function installOnce(install: () => void): () => void {
  let isInstalled = false;
  return () => {
    if (isInstalled) return;
    isInstalled = true;
    install();
  };
}
