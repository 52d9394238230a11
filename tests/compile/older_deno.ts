/** The Deno that the base runtime at hand belongs to: `deno compile` joins only equal versions. */
import { exists, run } from "../services/programs.ts";

/** Of the base runtime that SITEMON_DENORT names. */
const VERSION = "2.7.11";

/** The path of that Deno, after npm fetched it if it was not there. */
export function olderDeno(): string {
  const cache = Deno.env.get("XDG_CACHE_HOME") || `${Deno.env.get("HOME")}/.cache`;
  const folder = `${cache}/sitemon-tests/deno-${VERSION}`;
  const program = `${folder}/node_modules/.bin/deno`;
  if (!exists(program)) {
    Deno.mkdirSync(folder, { recursive: true });
    const quiet = ["--silent", "--no-fund", "--no-audit", "--no-save"];
    run(["npm", "install", ...quiet, "--prefix", folder, `deno@${VERSION}`]);
  }
  return program;
}
