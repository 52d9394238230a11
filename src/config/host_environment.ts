/** What the loader sees of the machine: environment and files, handed in so that tests can make them up. */

/** All of it is read-only. */
export interface HostEnvironment {
  /** A variable of the environment; undefined when it is not set or must not be read. */
  env(name: string): string | undefined;
  /** The text of a UTF-8 file of at most `bytesMax`; throws as Deno does, or RangeError for a larger file. */
  readTextFile(path: string, bytesMax: number): string;
  /** The names in a folder, in no order; throws as Deno does. */
  listFolder(path: string): readonly string[];
  /** The working folder, absolute. */
  readonly workingFolder: string;
}

/** This process's own environment and files. */
export function systemHostEnvironment(): HostEnvironment {
  return {
    env,
    readTextFile,
    listFolder: (path) => [...Deno.readDirSync(path)].map(({ name }) => name),
    workingFolder: Deno.cwd(),
  };
}

function env(name: string): string | undefined {
  try {
    return Deno.env.get(name);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return undefined;
    throw error;
  }
}

/** Reads piece by piece, since a device or a pipe has no size to look at first. */
function readTextFile(path: string, bytesMax: number): string {
  using file = Deno.openSync(path);
  const chunks: Uint8Array[] = [];
  const chunk = new Uint8Array(65_536);
  let bytes = 0;
  for (let count; (count = file.readSync(chunk)) !== null;) {
    bytes += count;
    if (bytes > bytesMax) throw new RangeError(`larger than ${bytesMax} bytes`);
    chunks.push(chunk.slice(0, count));
  }
  return new TextDecoder("utf-8", { fatal: true }).decode(joined(chunks, bytes));
}

function joined(chunks: readonly Uint8Array[], bytes: number): Uint8Array {
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/** Why reading failed, as the end of a sentence that began with the path. */
export function readingFailure(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "is not there";
  if (error instanceof Deno.errors.PermissionDenied) return "may not be read by this user";
  if (error instanceof Deno.errors.NotCapable) return "is outside of what this program may read";
  if (error instanceof Deno.errors.IsADirectory) return "is a folder";
  if (error instanceof Deno.errors.NotADirectory) return "goes through what is no folder";
  if (error instanceof RangeError) return `is ${error.message}`;
  if (error instanceof TypeError) return "is not UTF-8 text";
  return `gave an error (${error instanceof Error ? error.message : String(error)})`;
}
