/**
 * How many files this process may still open. Deno tells nobody the limit (RLIMIT_NOFILE) without
 * every permission, so some are opened: 10 µs each.
 */

/**
 * Opens the file up to `max` times, and closes all of them again: how often that was possible.
 * Undefined when the file cannot be opened for another reason, or is no regular file.
 */
export function countFreeDescriptors(path: string, max: number): number | undefined {
  const files: Deno.FsFile[] = [];
  try {
    if (!Deno.statSync(path).isFile) return undefined;
    while (files.length < max) files.push(Deno.openSync(path));
    return files.length;
  } catch (error) {
    return (error as { code?: string }).code === "EMFILE" ? files.length : undefined;
  } finally {
    for (const file of files) file.close();
  }
}
