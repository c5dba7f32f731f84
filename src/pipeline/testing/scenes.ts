import { ModelParkingStore } from './model-parking-store.js';
import { Scene, type SceneOptions } from './scene.js';

/** A scene whose records have all been fetched. */
export async function fetched(keys: string, options: SceneOptions): Promise<Scene> {
  const scene = new Scene(keys, options);
  await scene.fetch();
  return scene;
}

/** A member that has committed its start offset, and fetched nothing yet. */
export async function joined(keys: string, options: SceneOptions = {}): Promise<Scene> {
  const scene = new Scene(keys, options);
  await scene.committed();
  return scene;
}

/** A scene whose records are parked at their first failure; all of them are fetched. */
export async function parking(
  keys: string,
  options: SceneOptions = {},
): Promise<{ scene: Scene; parkingStore: ModelParkingStore }> {
  const parkingStore = options.parkingStore ?? new ModelParkingStore();
  const scene = new Scene(keys, { attempts: 1, onFailure: 'park', ...options, parkingStore });
  await scene.clock.advance(0);
  await scene.fetch();
  return { scene, parkingStore };
}
