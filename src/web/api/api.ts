/** The routes for programs: JSON below `/api/`, and the OpenAPI file that describes it. */
import type { Hono } from "hono";
import { reportsResponse, siteResponse, statusesResponse } from "./api_responses.ts";
import type { StatusCache } from "../live/status_cache.ts";
import { openApi } from "./open_api.ts";
import {
  LATENCY_DAYS_DEFAULT,
  type LocationHistory,
  locationsOf,
  lookUp,
  LookupError,
} from "../site_lookup.ts";

export function addApi(
  app: Hono,
  { cache, title }: { readonly cache: StatusCache; readonly title: string },
): void {
  const everywhere = async (name: string): Promise<LocationHistory[]> => {
    const view = await cache.view();
    const locations = locationsOf(view, name);
    return await lookUp(cache, view, { name, locations, latencyDays: LATENCY_DAYS_DEFAULT });
  };
  app.get("/api/status", async (context) => {
    const view = await cache.view();
    if (view.failingSince && view.statuses.length === 0) throw new LookupError(503);
    return context.json(statusesResponse(view, title));
  });
  app.get("/api/sites/:name", async (context) => {
    const name = context.req.param("name");
    return context.json(siteResponse(name, await everywhere(name)));
  });
  app.get("/api/sites/:name/reports", async (context) => {
    const name = context.req.param("name");
    const known = await everywhere(name);
    return context.json(reportsResponse(name, known.map(({ history }) => history)));
  });
  app.get("/api/openapi.json", (context) => context.json(openApi()));
}
