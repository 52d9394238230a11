/** The version of sitemon, from the one place that states it. */
import deno from "../../deno.json" with { type: "json" };

export const VERSION: string = deno.version;
