/** `sitemon completion bash|zsh|fish|powershell`: what a shell offers at the Tab key. */
import addCommands from "@bomb.sh/tab/commander";
import type { Command } from "commander";

/** Where configurations usually lie, beside the working folder. */
const FOLDERS = [".", "/etc/sitemon"];

/**
 * Adds `completion`, which prints a shell's script, and a hidden `complete`, which those scripts ask.
 * It comes after all other commands, which it looks at.
 */
export function addCompletion(program: Command): void {
  const root = addCommands(program, { completionCommandName: "completion" });
  for (const { options } of root.commands.values()) {
    const config = options.get("config");
    if (config === undefined) continue;
    config.handler = (complete) => {
      for (const file of configurations()) complete(file, "");
    };
  }
}

function configurations(): string[] {
  return FOLDERS.flatMap((folder) => {
    const prefix = folder === "." ? "" : `${folder}/`;
    return namesIn(folder).filter((name) => /\.ya?ml$/.test(name)).map((name) => prefix + name);
  });
}

/** None of a folder that is not there or must not be read: nobody waits for an error at the Tab key. */
function namesIn(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  } catch {
    return [];
  }
}
