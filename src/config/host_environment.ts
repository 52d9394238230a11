/** What the loader sees of the machine: environment and files, handed in so that tests can fake them. */

export interface HostEnvironment {
  /** A variable of the environment; undefined when it is not set or must not be read. */
  env(name: string): string | undefined;
  /** The text of a UTF-8 file of at most `bytesMax`; throws as Deno does, or RangeError for a larger file. */
  readTextFile(path: string, bytesMax: number): string;
  /** False for a pipe or a device, whose reading may never end; throws as Deno does. */
  isRegularFile(path: string): boolean;
  /** True for a folder that is not behind a link; throws as Deno does. */
  isFolder(path: string): boolean;
  /** The names in a folder, unordered; throws as Deno does. */
  listFolder(path: string): readonly string[];
  /** The working directory, absolute. */
  readonly workingFolder: string;
}

export function systemHostEnvironment(): HostEnvironment {
  return {
    env(name) {
      try {
        return Deno.env.get(name);
      } catch (error) {
        if (error instanceof Deno.errors.NotCapable) return undefined;
        throw error;
      }
    },
    readTextFile,
    isRegularFile: (path) => {
      const { isFile, isDirectory } = Deno.statSync(path);
      // Reading a folder says itself what is wrong.
      return isFile || isDirectory;
    },
    isFolder: (path) => Deno.lstatSync(path).isDirectory,
    listFolder: (path) => [...Deno.readDirSync(path)].map(({ name }) => name),
    workingFolder: Deno.cwd(),
  };
}

/** Reads in chunks, since a device or a pipe has no size that could be checked first. */
function readTextFile(path: string, bytesMax: number): string {
  using file = Deno.openSync(path);
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const chunk = new Uint8Array(65_536);
  let text = "";
  let bytes = 0;
  for (let count; (count = file.readSync(chunk)) !== null;) {
    bytes += count;
    if (bytes > bytesMax) throw new RangeError(`larger than ${bytesMax} bytes`);
    text += decoder.decode(chunk.subarray(0, count), { stream: true });
  }
  return text + decoder.decode();
}

/** Why a file cannot be read. */
export function readingFailure(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "no such file";
  if (error instanceof Deno.errors.PermissionDenied) {
    return "permission denied; let this user read it";
  }
  if (error instanceof Deno.errors.NotCapable) return "this process is not allowed to read it";
  if (error instanceof Deno.errors.IsADirectory) return "is a directory";
  if (error instanceof Deno.errors.NotADirectory) return "part of the path is not a directory";
  if (error instanceof RangeError) return error.message;
  if (error instanceof TypeError) return "not UTF-8 text";
  return error instanceof Error ? error.message : String(error);
}
