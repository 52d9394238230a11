/** What changed in a world since the last look, as a store says it. */
import type { Changes, SiteStatus } from "../../../src/status/queries.ts";
import { keyOf } from "../../../src/status/queries.ts";
import type { World } from "./world.ts";

export class ModelQueries {
  calls = 0;
  readonly #world: World;
  #last = new Map<string, SiteStatus>();

  constructor(world: World) {
    this.#world = world;
  }

  // deno-lint-ignore require-await -- as the port has it
  async changesSince(cursor: string | undefined): Promise<Changes> {
    this.calls++;
    const before = cursor === undefined ? new Map<string, SiteStatus>() : this.#last;
    const statuses = [...this.#world.sites().values()].flat();
    this.#last = new Map(statuses.map((status) => [keyOf(status), status]));
    const isNew = (status: SiteStatus) => {
      const known = before.get(keyOf(status));
      return +(known?.checked_at ?? 0) !== +status.checked_at || known?.stale !== status.stale;
    };
    const removed = [...before].filter(([key]) => !this.#last.has(key)).map(([, it]) => it);
    return { cursor: String(this.calls), statuses: statuses.filter(isNew), removed };
  }
}
