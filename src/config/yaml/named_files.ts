/** The files that a configuration names: read once each, bounded, relative to the file that names them. */
import { dirname, isAbsolute, join } from "node:path";
import { type HostEnvironment, readingFailure } from "../host_environment.ts";

/** A bundle of all public authorities has some 250 KiB; a body has a mebibyte at most. */
export const NAMED_FILE_BYTES_MAX = 1_048_576;

/** A file's text, or why there is none, as the end of a sentence that begins with its path. */
export type FileText = { readonly text: string } | { readonly failure: string };

export class NamedFiles {
  readonly #hostEnvironment: HostEnvironment;
  readonly #texts = new Map<string, FileText>();

  constructor(hostEnvironment: HostEnvironment) {
    this.#hostEnvironment = hostEnvironment;
  }

  /** Every file that could be read, in the order of reading. */
  get paths(): string[] {
    return [...this.#texts].filter(([, found]) => "text" in found).map(([path]) => path);
  }

  read(path: string, bytesMax: number = NAMED_FILE_BYTES_MAX): FileText {
    const known = this.#texts.get(path);
    if (known !== undefined) return known;
    const found = this.#attempt(path, bytesMax);
    this.#texts.set(path, found);
    return found;
  }

  #attempt(path: string, bytesMax: number): FileText {
    try {
      return { text: this.#hostEnvironment.readTextFile(path, bytesMax) };
    } catch (error) {
      return { failure: readingFailure(error) };
    }
  }
}

/** A path that a file names, as seen from where that file itself is seen from. */
export function besideFile(file: string, path: string): string {
  return isAbsolute(path) ? path : join(dirname(file), path);
}
