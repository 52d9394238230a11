/** The routes for programs: JSON below `/api/`, and the OpenAPI file that describes it. */
import type { Hono } from "hono";
import { reportsAnswer, siteAnswer, statusesAnswer } from "./api_answers.ts";
import type { AppOptions } from "../app.ts";
import { openApi } from "./open_api.ts";
import { type LocationHistory, locationsOf, lookUp, LookupError } from "../site_lookup.ts";
import { LATENCY_DAYS_DEFAULT } from "../pages/site_page.ts";

export function addApi(app: Hono, { board, title }: AppOptions): void {
  const everywhere = async (name: string): Promise<LocationHistory[]> => {
    const view = await board.view();
    const locations = locationsOf(view, name);
    return await lookUp(board, view, { name, locations, latencyDays: LATENCY_DAYS_DEFAULT });
  };
  app.get("/api/status", async (context) => {
    const view = await board.view();
    if (view.failingSince && view.statuses.length === 0) throw new LookupError(503);
    return context.json(statusesAnswer(view, title));
  });
  app.get("/api/sites/:name", async (context) => {
    const name = context.req.param("name");
    return context.json(siteAnswer(name, await everywhere(name)));
  });
  app.get("/api/sites/:name/reports", async (context) => {
    const name = context.req.param("name");
    const known = await everywhere(name);
    return context.json(reportsAnswer(name, known.map(({ history }) => history)));
  });
  app.get("/api/openapi.json", (context) => context.json(openApi()));
}
