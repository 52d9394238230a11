/** `sitemon completion bash|zsh|fish|powershell`: what a shell offers at the Tab key. */
import addCommands from "@bomb.sh/tab/commander";
import type { Command, Option } from "commander";
import { systemHostEnvironment } from "../../config/host_environment.ts";
import type { CommandContext } from "../define_command.ts";
import { findConfig } from "../find_config.ts";
import { loadFile } from "../load_file.ts";
import type { Terminal } from "../text/terminal.ts";
// The library's own needs the bash-completion package, and runs what names have in them as commands.
import bashScript from "./completion.bash" with { type: "text" };

/** Where configurations usually are, besides the working directory. */
const CONFIG_FOLDER = "/etc/sitemon/";

/** Whose configurations hold sites. */
const SITES_OF = ["producer", "run"] as const;

/** Values that are offered; nobody reads more. */
const OFFERED_MAX = 1_000;

/**
 * Adds `completion`, which prints a shell's script, and a hidden `complete`, which the script calls
 * with the words so far: `complete -- WORD …`. All other commands must have been added before.
 */
export function addCompletion(
  program: Command,
  args: readonly string[],
  { terminal }: Pick<CommandContext, "terminal">,
): void {
  const root = addCommands(program, { completionCommandName: "completion" });
  // The library prints to the console, where a full disk would look like a bug.
  program.hook("preAction", () => {
    console.log = (text) => terminal.write(`${text}\n`);
  });
  const command = program.commands.find((one) => one.name() === "completion")!;
  command.summary("print a shell completion script")
    .description("Prints a script that makes the shell complete sitemon's commands and options.");
  command.registeredArguments[0]!.description = "shell";
  command.hook("preAction", (_, { args: [shell] }) => {
    if (shell === "bash") root.setup = () => terminal.write(bashScript);
  });
  const words = args.slice(args.indexOf("complete") + 1);
  for (const [name, { options }] of root.commands) {
    for (const { long, flags } of optionsOf(program, name)) {
      const values = valuesOf(flags, { words, terminal });
      const option = options.get(long?.slice(2) ?? "");
      if (values === undefined || option === undefined) continue;
      option.handler = (complete) => {
        for (const value of values().slice(0, OFFERED_MAX)) complete(value, "");
      };
    }
  }
}

/** Of a command by its full name, such as `outbox export`. */
function optionsOf(program: Command, name: string): readonly Option[] {
  const steps = name === "" ? [] : name.split(" ");
  const command = steps.reduce<Command | undefined>(
    (parent, step) => parent?.commands.find((one) => one.name() === step),
    program,
  );
  return command?.options ?? [];
}

/** What the shell asks, and where its answer goes. */
interface Asked {
  /** The last of them is being written. */
  readonly words: readonly string[];
  readonly terminal: Terminal;
}

/** What an option takes, as far as it can be listed. */
function valuesOf(flags: string, { words, terminal }: Asked): (() => string[]) | undefined {
  if (flags.startsWith("--site ")) return () => sites({ words, terminal });
  if (!/<(file|path|folder)>/.test(flags)) return undefined;
  const current = words.at(-1)!.replace(/^--[\w-]+=/, "");
  return flags.includes("--config") ? () => configurations(current) : () => pathsFrom(current);
}

function configurations(current: string): string[] {
  const folders = current === "" ? ["", CONFIG_FOLDER] : [current];
  return folders.flatMap(pathsFrom).filter((path) => /(\.ya?ml|\/)$/.test(path));
}

/** The files and folders that a path begins, folders with a slash at their end. */
function pathsFrom(current: string): string[] {
  const folder = current.slice(0, current.lastIndexOf("/") + 1);
  const begun = current.slice(folder.length);
  return entriesOf(folder || ".")
    // A line break in a name would make two values of it.
    .filter(({ name }) => name.startsWith(begun) && !/\p{Cc}/u.test(name))
    .filter(({ name }) => begun !== "" || !name.startsWith("."))
    .map(({ name, isDirectory }) => `${folder}${name}${isDirectory ? "/" : ""}`).sort();
}

/** Empty for a folder that is missing or unreadable: the Tab key shows no errors. */
function entriesOf(folder: string): Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(folder)];
  } catch {
    return [];
  }
}

/** Names in the configuration that the words name, or that the command would find; none if it has mistakes. */
function sites({ words, terminal: visible }: Asked): string[] {
  const config = givenTo(["--config", "-c"], words);
  const unit = givenTo(["--unit"], words);
  const hostEnvironment = systemHostEnvironment();
  const terminal = { ...visible, writeError() {} };
  try {
    const given = { ...(config !== undefined && { config }), ...(unit !== undefined && { unit }) };
    const found = findConfig(given, SITES_OF, hostEnvironment);
    return loadFile(found, { terminal, readsPipes: false }).sites.map(({ name }) => name);
  } catch {
    return [];
  }
}

/** What an option was given last: as the next word, or behind its first name and `=`. */
function givenTo(names: readonly string[], words: readonly string[]): string | undefined {
  const joined = `${names[0]}=`;
  const at = words.findLastIndex((word) => names.includes(word) || word.startsWith(joined));
  if (at < 0) return undefined;
  return words[at]!.startsWith(joined) ? words[at]!.slice(joined.length) : words[at + 1];
}
