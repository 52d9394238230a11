/** Opens a store by its address: the only place that knows which stores there are. */
import type { PostgresOptions } from "./postgres/connection/postgres_options.ts";
import type { StoreContext, StoreParts } from "./store_parts.ts";

/** Where a store is, as plain data that goes to a thread. */
export type StoreAddress =
  | { readonly kind: "postgres" } & PostgresOptions
  | { readonly kind: "sqlite"; readonly path: string };

/** Loads the code of this store alone: that of PostgreSQL reads the environment when imported. */
export async function openStore(
  address: StoreAddress,
  context: StoreContext,
): Promise<StoreParts> {
  switch (address.kind) {
    case "postgres": {
      const { postgresParts } = await import("./postgres/postgres_parts.ts");
      return postgresParts(address, context);
    }
    case "sqlite": {
      const { sqliteParts } = await import("./sqlite/sqlite_parts.ts");
      return sqliteParts(address, context);
    }
  }
}
