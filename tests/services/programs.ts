/** Finds programs on this machine and runs them to their end. */

/** The path of a program: on the PATH, or else in one of these folders. */
export function findProgram(name: string, folders: readonly string[] = []): string | undefined {
  const searched = [...(Deno.env.get("PATH") ?? "").split(":"), ...folders];
  return searched.filter((folder) => folder !== "").map((folder) => `${folder}/${name}`).find(
    isFile,
  );
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** Whether there is a file or folder. */
export function exists(path: string | URL): boolean {
  try {
    return Deno.statSync(path) !== undefined;
  } catch {
    return false;
  }
}

/** Runs a program to its end and returns what it printed; throws with its complaints otherwise. */
export function run(argv: readonly string[], options: Deno.CommandOptions = {}): string {
  return printedBy(argv, command(argv, options).outputSync());
}

/** The same, while this process goes on. */
export async function runBeside(
  argv: readonly string[],
  options: Deno.CommandOptions = {},
): Promise<string> {
  return printedBy(argv, await command(argv, options).output());
}

function command([program, ...args]: readonly string[], options: Deno.CommandOptions) {
  return new Deno.Command(program!, { ...options, args });
}

function printedBy(
  argv: readonly string[],
  { success, stdout, stderr }: Deno.CommandOutput,
): string {
  const printed = new TextDecoder().decode(stdout);
  if (success) return printed;
  const complaints = `${new TextDecoder().decode(stderr)}\n${printed}`.trim();
  throw new Error(`"${argv.join(" ")}" failed: ${complaints}`);
}
