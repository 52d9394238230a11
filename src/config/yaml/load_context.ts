/** What the steps of loading a configuration share: the files that it names, and its mistakes. */
import { dirname, isAbsolute, join, resolve } from "node:path";
import type { Mistake, Place } from "../config_error.ts";
import { isRequestUrl, mayBeReference } from "../credentials.ts";
import { type HostEnvironment, readingFailure } from "../host_environment.ts";
import { type FileText, isReference } from "./interpolate.ts";
import { YamlSource } from "./yaml_source.ts";

/** 100,000 sites with a few keys each take some 10 MiB. */
const YAML_BYTES_MAX = 16_777_216;
/** A bundle of all public authorities has some 250 KiB; a body has a mebibyte at most. */
const FILE_BYTES_MAX = 1_048_576;
/** Enough for a password, a token or a key. */
const SECRET_BYTES_MAX = 65_536;

export class LoadContext {
  readonly hostEnvironment: HostEnvironment;
  /** Every step adds its own, so that all mistakes are reported at once. */
  readonly mistakes: Mistake[] = [];
  /** What is valid and probably not meant. */
  readonly warnings: Mistake[] = [];
  /** The environment variables that were asked for. */
  readonly variables = new Set(["STATE_DIRECTORY"]);
  readonly #texts = new Map<string, FileText>();
  readonly #readsPipes: boolean;

  constructor(
    hostEnvironment: HostEnvironment,
    { readsPipes = true }: { readonly readsPipes?: boolean } = {},
  ) {
    this.hostEnvironment = hostEnvironment;
    this.#readsPipes = readsPipes;
  }

  /** Every file that could be read, absolute, in the order of reading. */
  get files(): string[] {
    return [...this.#texts].filter(([, found]) => "text" in found)
      .map(([path]) => resolve(this.hostEnvironment.workingFolder, path));
  }

  /**
   * Reads each file once. Only the configuration itself and secrets may be pipes, and only at the
   * start, when somebody waits: one that nobody writes to would stop a reload for ever.
   */
  read(path: string, bytesMax: number = FILE_BYTES_MAX, mayBePipe = false): FileText {
    let found = this.#texts.get(path);
    if (found !== undefined) return found;
    try {
      const isRead = (mayBePipe && this.#readsPipes) || this.hostEnvironment.isRegularFile(path);
      if (!isRead) return { failure: "not a regular file" };
      found = { text: this.hostEnvironment.readTextFile(path, bytesMax) };
    } catch (error) {
      found = { failure: readingFailure(error) };
    }
    this.#texts.set(path, found);
    return found;
  }

  /** The file, or undefined when it cannot be read, which is reported where another file names it. */
  openYaml(file: string, namedAt?: Place): YamlSource | undefined {
    const found = this.read(file, YAML_BYTES_MAX, namedAt === undefined);
    const opened = "text" in found ? this.#parse(file, found.text) : found.failure;
    if (typeof opened !== "string") return opened;
    const message = namedAt === undefined ? opened : `cannot read "${file}": ${opened}`;
    this.mistakes.push({ ...(namedAt ?? { file, line: 1, column: 1 }), message });
    return undefined;
  }

  /** The parsed file, or why there is none. */
  #parse(file: string, text: string): YamlSource | string {
    const references = {
      env: (name: string) => {
        this.variables.add(name);
        return this.hostEnvironment.env(name);
      },
      file: (path: string) => this.read(besideFile(file, path), SECRET_BYTES_MAX, true),
    };
    try {
      return new YamlSource(text, {
        file,
        mistakes: this.mistakes,
        references,
        isUrl: (path, text) => isRequestUrl(path) && !(mayBeReference(path) && isReference(text)),
      });
    } catch (error) {
      // The parser recurses at each level, and the stack ends after some thousands of them.
      if (error instanceof RangeError) return "nested too deeply";
      throw error;
    }
  }
}

/** A path in a file, which is relative to that file's own folder. */
export function besideFile(file: string, path: string): string {
  return isAbsolute(path) ? path : join(dirname(file), path);
}
