/** The version of sitemon, from deno.json. */
import deno from "../../deno.json" with { type: "json" };

export const VERSION: string = deno.version;

/** The version, and the commit that cli/compile.ts left in an executable. */
export async function versionText(): Promise<string> {
  if (!Deno.build.standalone) return VERSION;
  const file = new URL("../../dist/commit.json", import.meta.url);
  try {
    const { default: commit } = await import(file.href, { with: { type: "json" } });
    return typeof commit === "string" ? `${VERSION} (${commit})` : VERSION;
  } catch {
    // Built without the task.
    return VERSION;
  }
}
