/** `sitemon completion bash|zsh|fish|powershell`: what a shell offers at the Tab key. */
import addCommands from "@bomb.sh/tab/commander";
import type { Command } from "commander";
import type { Terminal } from "../text/terminal.ts";

/** Where configurations usually are, besides the working directory. */
const FOLDERS = [".", "/etc/sitemon"];

/**
 * Adds `completion`, which prints a shell's script, and a hidden `complete`, which the script calls.
 * All other commands must have been added before.
 */
export function addCompletion(program: Command, terminal: Pick<Terminal, "write">): void {
  const root = addCommands(program, { completionCommandName: "completion" });
  // The library prints to the console, where a full disk would look like a bug.
  program.hook("preAction", () => {
    console.log = (text) => terminal.write(`${text}\n`);
  });
  const command = program.commands.find((one) => one.name() === "completion")!;
  command.summary("print a shell completion script")
    .description("Prints a script that makes the shell complete sitemon's commands and options.");
  command.registeredArguments[0]!.description = "shell";
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

/** Empty for a folder that is missing or unreadable: the Tab key shows no errors. */
function namesIn(folder: string): string[] {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  } catch {
    return [];
  }
}
