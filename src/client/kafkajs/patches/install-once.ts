/** Wraps an installation so that it runs once per process, however many ports are created. */
export function installOnce(install: () => void): () => void {
  let isInstalled = false;
  return () => {
    if (isInstalled) return;
    isInstalled = true;
    install();
  };
}
