/** A folder of a test's own, which is removed at the end of its scope. */
export class TempFolder implements Disposable {
  readonly path = Deno.makeTempDirSync({ prefix: "sitemon-test-" });

  /** The path of a file in it, which need not exist. */
  file(name: string): string {
    return `${this.path}/${name}`;
  }

  /** Writes a file, and returns its path. */
  write(name: string, text: string): string {
    Deno.writeTextFileSync(this.file(name), text);
    return this.file(name);
  }

  /** The names of what is in it. */
  names(): string[] {
    return [...Deno.readDirSync(this.path)].map(({ name }) => name).sort();
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}
