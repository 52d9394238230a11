/** The version of sitemon, from deno.json. */
import deno from "../../deno.json" with { type: "json" };

export const VERSION: string = deno.version;

/** The version, and the commit that an executable was made from, where that is known. */
export async function versionText(): Promise<string> {
  const commit = Deno.build.standalone ? await commitInside() : undefined;
  return commit === undefined ? VERSION : `${VERSION} (${commit})`;
}

/** What cli/compile.ts left in the executable. */
async function commitInside(): Promise<string | undefined> {
  const file = new URL("../../dist/commit.json", import.meta.url);
  try {
    const { default: commit } = await import(file.href, { with: { type: "json" } });
    return typeof commit === "string" ? commit : undefined;
  } catch {
    // Built without the task.
    return undefined;
  }
}
