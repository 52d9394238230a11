/**
 * `deno task compile [--config FILE] [--output FILE]`: makes the executable, for every configuration
 * or for one alone, whose hosts, files and variables it is then bound to.
 *
 * An entry of its own, since making executables takes a permission that sitemon must never have.
 */
import { parseArgs } from "node:util";
import { ConfigError } from "../config/config_error.ts";
import type { LoadedConfig } from "../config/loaded_config.ts";
import {
  joined,
  permissionFlags,
  processPermissions,
  rolesOf,
} from "../config/process_permissions.ts";
import { EXIT_CONFIG } from "./exit_code.ts";
import { loadFile } from "./load_file.ts";
import { processTerminal } from "./terminal.ts";

/** What an executable for every configuration may do; its threads are narrowed when they start. */
export const EVERYTHING = ["net", "read", "write", "env", "sys"].map((kind) => `--allow-${kind}`);

/** The arguments of `deno` that make an executable; `more` are flags of `deno compile`. */
export function compileArgs(
  { loaded, output, more = [] }: {
    readonly loaded?: LoadedConfig;
    readonly output: string;
    readonly more?: readonly string[];
  },
): string[] {
  return [
    "compile",
    "--quiet",
    "--frozen",
    // A question nobody may answer: what is not allowed is refused.
    "--no-prompt",
    ...more,
    ...(loaded === undefined ? EVERYTHING : bakedFlags(loaded)),
    "--include",
    "src/threads",
    "--output",
    output,
    "src/main.ts",
  ];
}

/** What every command that the configuration is for may do, and that which shows its status. */
function bakedFlags(loaded: LoadedConfig): string[] {
  const roles = [...rolesOf(loaded), "status" as const];
  return permissionFlags(joined(roles.map((role) => processPermissions(role, loaded))));
}

async function compile(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      config: { type: "string" },
      output: { type: "string", default: "dist/sitemon" },
    },
    allowPositionals: true,
  });
  const { config, output } = values;
  const loaded = config === undefined
    ? {}
    : { loaded: loadFile(config, { terminal: processTerminal() }) };
  const compiling = new Deno.Command(Deno.execPath(), {
    args: compileArgs({ ...loaded, output, more: positionals }),
  });
  return (await compiling.spawn().status).code;
}

if (import.meta.main) {
  try {
    Deno.exit(await compile(Deno.args));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    Deno.exit(EXIT_CONFIG);
  }
}
