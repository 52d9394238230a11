/** Specs of the threads in this folder, which may do nothing. */
import type { ThreadSpec } from "../../../src/runtime/threads/supervised_thread.ts";

/** A thread of the named module. */
export function threadSpecOf<Setup>(
  module: "counting" | "moody" | "telling",
  spec: Omit<ThreadSpec<Setup>, "module" | "permissions" | "logLevels"> & Partial<ThreadSpec>,
): ThreadSpec<Setup> {
  return {
    module: new URL(`./${module}.ts`, import.meta.url),
    permissions: {
      net: false,
      read: false,
      write: false,
      env: false,
      sys: false,
      run: false,
      ffi: false,
      import: false,
    },
    logLevels: { level: "info" },
    ...spec,
  };
}
