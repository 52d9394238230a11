/** How a bench starts sitemon from source; a command and its options follow. */
import { fileURLToPath } from "node:url";
import { EVERYTHING, V8_FLAGS } from "../../../src/cli/compile.ts";

const MAIN = fileURLToPath(new URL("../../../src/main.ts", import.meta.url));

/** The command line of the task `sitemon`. */
export const SITEMON: readonly string[] = [
  Deno.execPath(),
  "run",
  "--quiet",
  V8_FLAGS,
  ...EVERYTHING,
  MAIN,
];
