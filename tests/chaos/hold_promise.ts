/** A promise that something happens in time. */
import type { World } from "./world/world.ts";

/** One that takes too long is broken, and the round goes on to say what else is. */
export async function holdPromise(
  world: World,
  promise: string,
  work: () => Promise<unknown>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    const { message, cause } = error as Error;
    world.violations.push(
      `${promise}, but ${message}${cause instanceof Error ? `: ${cause.message}` : ""}`,
    );
  }
}
