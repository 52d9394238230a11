/** How a bench starts sitemon from source; a command and its options follow. */
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const PERMISSIONS = ["net", "read", "write", "env", "sys"].map((name) => `--allow-${name}`);

/** The command line of the task `sitemon`. */
export const SITEMON: readonly string[] = [
  Deno.execPath(),
  "run",
  "--quiet",
  ...PERMISSIONS,
  MAIN,
];
